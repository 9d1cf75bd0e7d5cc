"""Errors as JSON, there and back: how a child process says what went wrong. Never a pickle."""

from collections.abc import Mapping
from typing import cast

from dripstone.errors import UNSEEN, DataError, DripstoneError, FactorError, ModelError, SettingsError

__all__ = ["revive"]

_KINDS: Mapping[str, type[DripstoneError]] = {
    kind.__name__: kind for kind in (DripstoneError, FactorError, DataError, SettingsError, ModelError)
}


class _Shown:
    """A value that is already in the form people see."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def revive(report: Mapping[str, object], **fields: object) -> DripstoneError:
    """The error whose ``as_dict()`` this is, of the same class, with further fields added.

    Parameters
    ----------
    report : kind, what, seen, expected, hint, fields; anything else is not looked at.
    fields : facts to add (date, factor ...); what the report already says wins.
    """
    kind = _KINDS.get(str(report.get("kind")), DripstoneError)
    seen = str(report.get("seen", ""))
    told = report.get("fields")
    known = cast("Mapping[str, object]", told) if isinstance(told, Mapping) else {}
    return kind(
        str(report.get("what", "failed")),
        seen=_Shown(seen) if seen else UNSEEN,
        expected=str(report.get("expected", "")),
        hint=str(report.get("hint", "")),
        **{**fields, **known},
    )
