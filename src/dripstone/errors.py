"""The error tree, cut by who must act.

    DripstoneError
    ├── FactorError      the factor's author, human or model: code, SQL, UDF, shape, names
    ├── DataError        whoever keeps the data: a file, a table or a day is missing or not to be trusted
    ├── SettingsError    the operator: workspace, ``dripstone.toml``, environment, a missing package
    └── ModelError       the language model, or the road to it

Every error says what happened, the value seen, what was expected and a hint; the structured ``fields``
(line, column, udf, instrument, date, table, path, ...) are there so that nobody has to parse the text.
"""

import unicodedata
from collections.abc import Mapping
from typing import ClassVar

__all__ = ["DataError", "DripstoneError", "FactorError", "ModelError", "SettingsError", "printable"]


class _Unseen:
    """The mark for "no value to show", so that ``seen=None`` can still show ``None``."""

    def __repr__(self) -> str:
        return "UNSEEN"


UNSEEN = _Unseen()
_SEEN_LIMIT = 300


class DripstoneError(Exception):
    """The root of every error that dripstone raises on purpose.

    Parameters
    ----------
    what : what happened, one sentence without a full stop.
    seen : the offending value; shown by ``repr``, cut at 300 characters.
    expected : what would have been right.
    hint : the next thing to do.
    fields : structured facts (line, column, udf, instrument, date, table, path ...).
    """

    kind: ClassVar[str] = "DripstoneError"

    def __init__(
        self, what: str, *, seen: object = UNSEEN, expected: str = "", hint: str = "", **fields: object
    ) -> None:
        self.what = printable(what)
        self.seen = "" if seen is UNSEEN else _shorten(repr(seen))
        self.expected = expected
        self.hint = hint
        self.fields: Mapping[str, object] = {k: v for k, v in fields.items() if v is not None}
        super().__init__(self._message())

    def __init_subclass__(cls) -> None:
        cls.kind = cls.__name__

    def _message(self) -> str:
        parts = [self.what]
        if self.fields:
            parts.append(" [" + ", ".join(f"{k}={v}" for k, v in self.fields.items()) + "]")
        if self.seen:
            parts.append(f"; saw {self.seen}")
        if self.expected:
            parts.append(f"; expected {self.expected}")
        if self.hint:
            parts.append(f". Hint: {self.hint}")
        return printable("".join(parts))

    def as_dict(self) -> dict[str, object]:
        """The one shape of an error at every door."""
        return {
            "kind": self.kind,
            "message": str(self),
            "what": self.what,
            "seen": self.seen,
            "expected": self.expected,
            "hint": self.hint,
            "fields": {k: v if isinstance(v, int | float | bool) else str(v) for k, v in self.fields.items()},
        }

    def __reduce__(self) -> tuple[object, ...]:
        """Travel between processes with everything on board."""
        return _rebuild, (type(self), self.__dict__.copy(), self.args)


class FactorError(DripstoneError):
    """The factor's author must act: source, SQL, UDF, names, shape or values are wrong."""


class DataError(DripstoneError):
    """Data given or held is missing, malformed or not to be trusted."""


class SettingsError(DripstoneError):
    """The operator must act: workspace, settings, environment or a missing optional package."""


class ModelError(DripstoneError):
    """The language model, or the way to it, failed."""


def printable(text: str) -> str:
    """The text with what a terminal would obey written out: control, direction and zero-width characters.

    Newline and tab stay. Whatever comes from a file, a notebook or a model goes through here before people see it.
    """
    return "".join(c.encode("unicode_escape", "backslashreplace").decode() if _is_obeyed(c) else c for c in text)


def _is_obeyed(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and character not in "\n\t"


def _shorten(text: str) -> str:
    return text if len(text) <= _SEEN_LIMIT else text[: _SEEN_LIMIT - 1] + "…"


def _rebuild(cls: type[DripstoneError], state: dict[str, object], args: tuple[object, ...]) -> DripstoneError:
    error = cls.__new__(cls)
    Exception.__init__(error, *args)
    error.__dict__.update(state)
    return error
