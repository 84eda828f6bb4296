"""The one exception of fubiao."""

from __future__ import annotations

from typing import Optional

__all__ = ["Error"]


class Error(Exception):
    """Why a notice could not be read, or a result not written.

    Match on :attr:`code`, not on the text of the message: codes are stable, and ``fubiao explain CODE`` says more
    about each. What is doubtful in a notice that can be read is no error; it comes as its ``diagnostics``.
    """

    #: A stable word for what stopped the run: ``no_text_layer``, ``password_needed``, ``limit`` …
    code: str
    #: What was found and what was expected, in English.
    message: str
    #: The same in Chinese.
    message_zh: str
    #: What can be done about it, in English.
    hint: Optional[str]
    #: The same in Chinese.
    hint_zh: Optional[str]
    #: The page it happened on, counted from 1, where one is known.
    page: Optional[int]
    #: The file or name that was being read, where it is known.
    source: Optional[str]

    def __init__(
        self,
        *,
        code: str,
        message: str,
        message_zh: str,
        hint: Optional[str] = None,
        hint_zh: Optional[str] = None,
        page: Optional[int] = None,
        source: Optional[str] = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.message_zh = message_zh
        self.hint = hint
        self.hint_zh = hint_zh
        self.page = page
        self.source = source

    def __str__(self) -> str:
        where = f"{self.source}: " if self.source else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{where}{self.message}{hint} [{self.code}]"

    def __reduce__(self) -> "tuple[object, ...]":
        state = {name: getattr(self, name) for name in _FIELDS}
        return _again, (state,)


_FIELDS = ("code", "message", "message_zh", "hint", "hint_zh", "page", "source")


def _again(state: "dict[str, object]") -> Error:
    """An error that was pickled."""
    return Error(**state)  # type: ignore[arg-type]
