#!/usr/bin/env python3
"""Pairs of characters for src/carrier/ocr/script.rs: one of the old script that is not in GB 2312, and its simplified form, where
that stands in names of divisions or in the lexicon.

    python3 tools/old_script.py     # prints the constant; needs PyICU (apt-get install python3-icu)

The forms are those of the transform Hant-Hans (Unicode CLDR, Unicode License v3), as ICU applies it.
"""
import re
from pathlib import Path

import icu

SRC = Path(__file__).resolve().parent.parent / "src"
WIDTH = 60


def in_gb2312(char):
    try:
        return bool(char.encode("gb2312"))
    except UnicodeEncodeError:
        return False


def main():
    texts = [SRC / "regions" / "divisions.tsv", SRC / "regions" / "zones.tsv", SRC / "lexicon.rs"]
    used = set("".join(path.read_text("utf-8") for path in texts))
    transform = icu.Transliterator.createInstance("Traditional-Simplified")
    pairs = []
    for code in range(0x4E00, 0xA000):
        old = chr(code)
        new = transform.transliterate(old)
        if not in_gb2312(old) and len(new) == 1 and new != old and new in used and in_gb2312(new):
            pairs.append(old + new)
    text = "".join(pairs)
    lines = re.findall(f".{{1,{WIDTH}}}", text)
    print('const PAIRS: &str = "' + "\\\n     ".join(lines) + '";')


if __name__ == "__main__":
    main()
