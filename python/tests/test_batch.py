"""Many notices: none stops the others, none is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import fubiao
import pytest
from drawn import HOSTILE, archive, endless, hoarder, malformed, small_notice

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for processes in /proc")


def workers() -> list[int]:
    """The worker processes that this one has started."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text().rsplit(") ", 1)[1].split()
            command = (stat.parent / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if int(words[1]) == os.getpid() and b"worker" in command:
            found.append(int(stat.parent.name))
    return found


def test_every_input_has_a_row_whatever_it_is() -> None:
    inputs = {**malformed(), "good.txt": small_notice(1).encode()}
    facts = fubiao.facts_batch(inputs, inputs.values(), jobs=2)
    assert set(facts["source"]) == set(inputs)
    rows = {}
    for row in facts:
        rows.setdefault(row["source"], []).append(row)
    assert len(rows["good.txt"]) == 14 and all(row["status"] == "value" for row in rows["good.txt"])
    for name in ("empty.pdf", "blank.txt"):
        assert [(row["status"], row["failure"]) for row in rows[name]] == [("failed", "empty")]
    for row in facts:
        assert (row["failure"] is None) == (row["status"] != "failed")
        assert (row["region"] is None) == (row["status"] in ("failed", "no_facts"))


def test_facts_are_those_of_one_notice(housing: Path) -> None:
    ours = list(fubiao.read(housing).facts())
    many = fubiao.facts_batch([housing])
    for one, other in zip(ours, many):
        assert {**one, "source": str(housing)} == {name: other[name] for name in one}
    assert len(many) == len(ours)


def test_files_that_are_not_there_are_rows(tmp_path: Path) -> None:
    facts = fubiao.facts_batch([tmp_path / "none.pdf", tmp_path])
    assert facts["status"] == ["failed", "failed"]
    assert facts["failure"] == ["file", "file"]
    assert "no such file" in facts["message"][0]
    assert len(fubiao.facts_batch([])) == 0
    with pytest.raises(ValueError, match="2 names for 1 blobs"):
        fubiao.facts_batch(["a", "b"], [b""])


@linux
def test_names_that_are_no_text_are_read(tmp_path: Path) -> None:
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/\xff.txt")
    Path(odd).write_text(small_notice(1), encoding="utf-8")
    facts = fubiao.facts_batch([odd])
    assert len(facts) == 14 and facts["source"][0].endswith("/\ufffd.txt")


def test_an_endless_document_fails_alone() -> None:
    inputs = {"endless": endless(), "good": small_notice(2).encode()}
    documents = fubiao.read_batch(inputs, inputs.values(), jobs=2, **HOSTILE)
    assert [(document.status, document.reason) for document in documents] == [
        ("failed", "timeout"),
        ("read", None),
    ]
    notice = documents[1].notice
    assert notice is not None and notice.plan_year == 2021
    assert documents[0].notice is None and documents[0].code == "timeout"


@linux
def test_a_document_that_takes_all_memory_fails_alone() -> None:
    inputs = {"hoarder": hoarder(), "good": small_notice(2).encode()}
    facts = fubiao.facts_batch(inputs, inputs.values(), jobs=2, **{**HOSTILE, "timeout": 60.0})
    assert facts["failure"][0] == "memory"
    assert facts["status"][1] == "value"


@linux
@pytest.mark.parametrize("by", [signal.SIGABRT, signal.SIGSEGV])
def test_a_worker_that_aborts_takes_its_document_alone(by: signal.Signals) -> None:
    pool = fubiao.Pool(jobs=1, **{**HOSTILE, "timeout": 120.0})
    answers: list[fubiao.Document] = []
    inputs = {"one": small_notice(1).encode(), "two": endless(), "three": small_notice(3).encode()}
    reading = threading.Thread(target=lambda: answers.extend(pool.read(inputs, inputs.values())))
    before = set(workers())
    reading.start()
    while not (new := set(workers()) - before):
        time.sleep(0.01)
    time.sleep(1.0)
    os.kill(new.pop(), by)
    reading.join()
    assert [document.reason for document in answers] == [None, "crash", None]
    assert "signal" in str(answers[1].message)


@linux
def test_a_pool_is_of_the_process_that_made_it() -> None:
    pool = fubiao.Pool(jobs=1)
    assert pool.read(["a"], [small_notice(1).encode()])[0].status == "read"
    child = os.fork()
    if child == 0:
        try:
            pool.read(["a"], [b""])
        except RuntimeError:
            del pool
            # The function keeps no pool of another process.
            os._exit(0 if fubiao.read_batch(["a"], [small_notice(1).encode()])[0].status == "read" else 1)
        os._exit(2)
    assert os.waitpid(child, 0)[1] == 0
    assert pool.read(["a"], [small_notice(1).encode()])[0].status == "read"


def test_in_this_process_the_answers_are_the_same() -> None:
    inputs = {**malformed(), "good.txt": small_notice(1).encode()}
    apart = fubiao.Pool(jobs=2).documents(inputs, inputs.values())
    here = fubiao.Pool(jobs=2, isolate=False).documents(inputs, inputs.values())
    assert apart.to_dict() == here.to_dict()


@linux
def test_ctrl_c_ends_the_wait() -> None:
    script = (
        "import os, sys, threading, time, signal\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "import drawn, fubiao\n"
        # What starts the tests in the background may have it ignored.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "content = drawn.endless()\n"
        "threading.Timer(1.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()\n"
        "since = time.time()\n"
        "try:\n"
        "    fubiao.read(content)\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted')\n"
        "else:\n"
        "    print('read in time' if time.time() - since < 1.5 else 'too late')\n"
        "os._exit(0)\n"
    )
    run = subprocess.run([sys.executable, "-c", script, str(Path(__file__).parent)], capture_output=True, text=True)
    assert run.stdout.strip() in ("interrupted", "read in time"), run.stderr


def test_an_archive_is_read_as_the_command_reads_it(tmp_path: Path) -> None:
    archive(tmp_path / "in", 6, hostile=False)
    run = fubiao.batch(tmp_path / "in", tmp_path / "out", format=["facts", "parquet"], jobs=2)
    assert (run.status, run.report["notices"]) == (0, 7)
    lines = (tmp_path / "out" / "facts.ndjson").read_text(encoding="utf-8").splitlines()
    # again.txt has the bytes of 0.txt, and counts once.
    files = [file for file in sorted((tmp_path / "in").rglob("*.txt")) if file.name != "again.txt"]
    facts = fubiao.facts_batch(files)
    assert len(facts) == len(lines) == 6 * 14
    assert {(line["doc_id"], line["row"], line["value"]) for line in map(json.loads, lines)} == {
        (row["doc_id"], row["row"], str(row["value"])) for row in facts
    }
    again = fubiao.batch([tmp_path / "in"], tmp_path / "out", keep=True)
    assert again.report["unchanged"] == 7
    with pytest.raises(RuntimeError, match="no-such-flag"):
        fubiao.batch(tmp_path / "in", tmp_path / "out", no_such_flag=True)
