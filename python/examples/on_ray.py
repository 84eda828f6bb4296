#!/usr/bin/env python3
"""Facts of an archive on Ray Data: ``python on_ray.py s3://bucket/notices facts/``. Needs ``pip install ray pyarrow``.

By default Ray Data tries a task that dies without end, and can be told to go on without the blocks that it lost. Notices
are read in processes of fubiao's own, so that a task has no reason to die; should one die all the same, these settings
end the run, and the count at the end tells of every file that has no answer.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import fubiao

if TYPE_CHECKING:
    import pyarrow


def read(batch: "pyarrow.Table") -> "pyarrow.Table":
    """The facts of some files; each has at least one row."""
    names, blobs = batch["path"].to_pylist(), batch["bytes"].to_pylist()
    # Of one scale on all machines, so that the parts are one table.
    return fubiao.facts_batch(names, blobs, scale=18, jobs=1).to_arrow()


def main(source: str, out: str) -> None:
    import ray

    ray.data.DataContext.get_current().max_errored_blocks = 0
    files = ray.data.read_binary_files(source, include_paths=True)
    facts = files.map_batches(read, batch_format="pyarrow", batch_size=32, max_retries=2, num_cpus=1).materialize()
    answered, listed = len(facts.unique("source")), files.count()
    if answered != listed:
        sys.exit(f"{listed - answered} of {listed} files have no answer: nothing is written")
    facts.write_parquet(out)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
