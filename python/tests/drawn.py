"""Archives that tests draw: small notices, and documents that are there to do harm."""

from __future__ import annotations

import random
import sys
import zipfile
from io import BytesIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "examples"))

import draw_archive  # noqa: E402

__all__ = ["archive", "draw_archive", "endless", "hoarder", "malformed", "small_notice"]

SAMPLES = Path(__file__).parents[2] / "samples"


def small_notice(number: int) -> str:
    """A notice of two prefectures, its figures its own."""
    chance = random.Random(number)
    of_year = {"南昌市": ["东湖区", "西湖区"], "九江市": ["浔阳区", "修水县"]}
    figures = {
        name: (chance.randint(1, 99), chance.randint(100, 9999)) for names in of_year.values() for name in names
    }
    year = 2019 + number % 3
    return draw_archive.notice("江西省住房和城乡建设厅", f"赣建{number}", year, of_year, figures, {})


def malformed() -> "dict[str, bytes]":
    """Documents that are cut, damaged or no documents at all, the same ones each time."""
    chance = random.Random(7)
    made = {
        "empty.pdf": b"",
        "blank.txt": b" \n\t \n",
        "noise.bin": chance.randbytes(5000),
        "noise.pdf": b"%PDF-1.7\n" + chance.randbytes(5000),
        "deep.pdf": b"%PDF-1.4\n1 0 obj\n" + b"[" * 50_000,
        "deep.html": b"<html><body>" + b"<div>" * 50_000,
        "gif.pdf": b"GIF89a",
        "rar.zip": b"Rar!\x1a\x07\x00" + chance.randbytes(100),
        "braces.json": b'{"annexes": [',
    }
    for sample in ["housing-2023/notice.pdf", "aid-2021/notice.doc", "aid-2021/notice.xls"]:
        whole = (SAMPLES / sample).read_bytes()
        kind = sample.rsplit(".", 1)[-1]
        for share in (0.1, 0.5, 0.9):
            made[f"cut-{share}.{kind}"] = whole[: int(len(whole) * share)]
        for number in range(2):
            damaged = bytearray(whole)
            for _ in range(200):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            made[f"damaged-{number}.{kind}"] = bytes(damaged)
    bomb = BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<a>" + b" " * 50_000_000)
    made["bomb.docx"] = bomb.getvalue()
    return made


def endless() -> bytes:
    """A document that takes long to read."""
    text = (draw_archive.notice("省厅", "文", 2020, *_large(), {})).replace("\f", "\n\n")
    return "\f".join([text] * 250).encode()


def _large() -> "tuple[dict[str, list[str]], dict[str, tuple[int, int]]]":
    of_year = draw_archive.counties("36", 2020)
    return of_year, {name: (7, 70) for names in of_year.values() for name in names}


def hoarder() -> bytes:
    """A document that takes more memory than a worker with 160 MiB has."""
    return (("关于下达年度任务的通知，" * 30 + "\n") * 20_000).encode()


#: Limits under which the two documents above are read at all, and end as they should.
HOSTILE = {"timeout": 1.0, "memory": 160, "max_glyphs": 100_000_000, "max_page_glyphs": 100_000_000}


def archive(folder: Path, count: int, hostile: bool = True) -> None:
    """An archive of this many notices in folders by year, with harmful ones among them."""
    for number in range(count):
        file = folder / str(2019 + number % 3) / f"{number}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(small_notice(number), encoding="utf-8")
    (folder / "again.txt").write_text(small_notice(0), encoding="utf-8")
    if hostile:
        for name, content in malformed().items():
            (folder / name).write_bytes(content)
        (folder / "2020" / "endless [1].txt").write_bytes(endless())
        (folder / "2021" / "hoarder.txt").write_bytes(hoarder())
