"""One notice: what it says, what it is turned into, what it raises."""

import doctest
import json
import pickle
import threading
import time
from decimal import Decimal
from pathlib import Path

import fubiao
import pytest


def test_the_attributes_are_typed_and_exact(housing: Path) -> None:
    notice = fubiao.read(housing)
    assert notice.document_number is not None
    assert notice.document_number.raw == "赣建样〔2023〕1号"
    assert notice.date_of_writing is not None and notice.date_of_writing.year == 2023
    row = notice.annexes[0].row("遂川县")
    assert (row.region.parent, row.region.code) == ("吉安市", "360827")
    assert row.cells[0].place.page == 5 and row.cells[0].place.bbox is not None
    for annex in notice.annexes:
        for _, _, cell in annex.cells():
            assert (cell.value is not None) == (cell.status == "value")
            assert cell.value is None or isinstance(cell.value, Decimal)
    suspect = notice.findings[0].suspects[0]
    assert (suspect.region, suspect.printed, suspect.proposed) == ("赣江新区", "204", Decimal(1))
    assert {repair.stage for repair in notice.repairs} <= {"extract", "normalize", "segment", "repair", "typing"}
    assert notice.summary is not None and notice.summary.identities.broken == 1


def test_path_bytes_and_files_are_the_same_notice(housing: Path) -> None:
    by_path = fubiao.read(housing)
    assert fubiao.read(str(housing)) == by_path
    assert fubiao.read(housing.read_bytes(), name="notice.pdf") == by_path
    assert fubiao.read([housing]) == by_path
    assert fubiao.read({"notice.pdf": housing.read_bytes()}) == by_path
    assert pickle.loads(pickle.dumps(by_path)) == by_path


def test_the_dictionary_is_the_result_that_the_command_writes(housing: Path) -> None:
    written = json.loads((housing.parent / "notice.json").read_text(encoding="utf-8"))
    made = fubiao.read(housing).to_dict()
    assert made == written
    assert fubiao.load(housing.parent / "notice.json").to_dict() == written


def test_facts_are_one_row_a_cell(housing: Path) -> None:
    notice = fubiao.read(housing)
    facts = notice.facts()
    cells = [cell for annex in notice.annexes for _, _, cell in annex.cells()]
    assert len(facts) == len(cells)
    assert facts["value"] == [cell.value for cell in cells]
    assert facts["raw"] == [cell.raw for cell in cells]
    assert facts.columns[:4] == ["annex", "annex_title", "row", "region"]
    row = next(iter(facts))
    assert row["doc_id"] == notice.source.sha256
    with pytest.raises(KeyError):
        facts["nothing"]


def test_findings_are_a_sequence_and_a_table(housing: Path) -> None:
    notice = fubiao.read(housing)
    assert len(notice.findings()) == len(notice.findings) == len(list(notice.findings))
    assert notice.findings()["check"] == [finding.check for finding in notice.findings]
    assert len(notice.diagnostics()) == len(notice.diagnostics) == 0


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b" \n", "empty"),
        (b"GIF89a", "unsupported"),
        (b"\x7fELF\x02\x01\x01\0\0\0", "unknown_kind"),
        (b"%PDF-1.4\n%%EOF", "broken_pdf"),
        (b"{}", "broken_result"),
    ],
)
def test_what_can_not_be_read_says_why(content: bytes, code: str) -> None:
    with pytest.raises(fubiao.Error) as raised:
        fubiao.read(content, name="it")
    error = raised.value
    assert (error.code, error.source) == (code, "it")
    assert error.hint and error.hint_zh and error.message_zh
    assert code in str(error)
    assert pickle.loads(pickle.dumps(error)).code == code


def test_limits_are_the_flags_of_the_command(housing: Path) -> None:
    with pytest.raises(fubiao.Error, match="max-pages") as raised:
        fubiao.read(housing, max_pages=1)
    assert raised.value.code == "limit"
    with pytest.raises(TypeError, match="max_page"):
        fubiao.read(housing, max_page=1)
    with pytest.raises(ValueError, match="max_nesting"):
        fubiao.read(housing, max_nesting=201)
    with pytest.raises(OSError):
        fubiao.read("there is no such file")


def test_other_threads_run_while_a_notice_is_read(housing: Path) -> None:
    counted, stop = [0], threading.Event()

    def count() -> None:
        while not stop.is_set():
            counted[0] += 1
            time.sleep(0.0005)

    thread = threading.Thread(target=count)
    thread.start()
    before = counted[0]
    fubiao.read(housing)
    during = counted[0] - before
    stop.set()
    thread.join()
    assert during > 5


def test_every_form_is_written(housing: Path, tmp_path: Path) -> None:
    notice = fubiao.read(housing)
    for name in ["x.json", "x.ndjson", "x.csv", "x.parquet", "x.xlsx", "x.zip", "package"]:
        assert notice.write(tmp_path / name).exists()
    assert fubiao.load(tmp_path / "x.json") == notice
    assert (tmp_path / "package" / "datapackage.json").exists()
    assert (tmp_path / "x.zip").read_bytes() == notice.write(tmp_path / "y.zip").read_bytes()
    assert notice.write(tmp_path / "b.csv", bom=True).read_bytes().startswith(b"\xef\xbb\xbf")
    with pytest.raises(ValueError, match="docx"):
        notice.write(tmp_path / "x.docx")
    assert fubiao.convert(housing, tmp_path / "c.csv") == notice
    assert (tmp_path / "c.csv").read_bytes() == (tmp_path / "x.csv").read_bytes()


def test_corrections_are_applied(housing: Path) -> None:
    notice = fubiao.read(housing)
    suspect = notice.findings[0].suspects[0]
    said = {
        "schema_version": "1.0",
        "source": {"name": "notice.pdf", "sha256": notice.source.sha256},
        "corrections": [
            {
                "annex": suspect.annex,
                "row": suspect.row,
                "region": suspect.region,
                "column": list(suspect.column),
                "printed": suspect.printed,
                "verdict": "corrected",
                "value": "1",
                "by": "tester",
                "at": "2026-01-01T00:00:00Z",
            }
        ],
    }
    corrected = fubiao.read(housing, corrections=json.dumps(said).encode())
    assert not [finding for finding in corrected.findings if finding.severity == "error"]
    cells = [cell for annex in corrected.annexes for _, _, cell in annex.cells() if cell.correction]
    assert len(cells) == 1 and cells[0].correction is not None
    assert (cells[0].correction.from_, cells[0].correction.to) == (Decimal(204), Decimal(1))
    said["schema_version"] = "7"
    with pytest.raises(fubiao.Error) as raised:
        fubiao.read(housing, corrections=json.dumps(said).encode())
    assert raised.value.code == "broken_corrections"


def test_the_first_example_is_true(housing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(housing.parents[2])
    assert doctest.testmod(fubiao).attempted > 3
    assert doctest.testmod(fubiao).failed == 0
