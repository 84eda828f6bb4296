"""``python -m fubiao`` and the script ``fubiao``: the command itself, the same as the one without Python."""

from __future__ import annotations

import signal
import sys
from typing import NoReturn

from . import _fubiao

__all__ = ["main"]


def main() -> NoReturn:
    """Runs the command that was typed, and ends the process with its exit status."""
    # Ctrl-C is the command's: Python's handler would wait for the end of what it is to interrupt.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    _fubiao.run_command(sys.executable, _fubiao.__file__, ["fubiao", *sys.argv[1:]])


if __name__ == "__main__":
    main()
