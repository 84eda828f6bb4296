"""What notebooks show, and the review page."""

import re
from pathlib import Path

import fubiao


def test_an_annex_is_shown_as_printed_with_doubts_marked(housing: Path) -> None:
    annex = fubiao.read(housing).annexes[5]
    html = annex._repr_html_()
    assert html.count("<tr>") == len(annex.rows) + max(len(column.path) for column in annex.columns)
    marked = re.findall(r"<td style='[^']*#fde0dc[^']*' title='([^']*)'>([^<]*)</td>", html)
    assert {text for _, text in marked} == {suspect.printed for suspect in annex.suspects}
    assert "204" in [text for title, text in marked if "→ 1" in title]


def test_a_notice_shows_its_annexes_and_what_is_said_of_them(housing: Path) -> None:
    notice = fubiao.read(housing)
    html = notice._repr_html_()
    assert all(annex.title in html for annex in notice.annexes if annex.title)
    assert "赣江新区" in html and "<h4" in html
    assert "28 columns" in repr(notice.facts()) and "<table" in notice.facts()._repr_html_()


def test_nothing_of_a_notice_is_taken_for_html() -> None:
    text = "附件1\n表<script>\n地区\t<b>数\n合计\t3\n<img src=x>市\t1\n乙市\t2\n"
    notice = fubiao.read(text.encode(), name="<script>.txt")
    for html in (notice._repr_html_(), notice.facts()._repr_html_()):
        assert "<script" not in html and "<img" not in html and "<b>数" not in html


def test_the_review_page_is_one_file(housing: Path, tmp_path: Path) -> None:
    notice = fubiao.read(housing)
    page = notice.review(tmp_path / "page.html", lang="zh").read_text(encoding="utf-8")
    assert "Content-Security-Policy" in page and page.count("<img") + page.count("<svg") > 0
    of_result = fubiao.load(notice.to_json().encode()).review(tmp_path / "result.html")
    assert len(of_result.read_text(encoding="utf-8")) < len(page)
