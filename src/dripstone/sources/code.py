"""Instrument codes as vendors write them, in the one form of the lake: 600519.SH, 000001.SZ, 920001.BJ."""

import re

__all__ = ["instrument_code"]

_EXCHANGES = {
    **dict.fromkeys(("SH", "SS", "XSHG", "SHSE"), "SH"),
    **dict.fromkeys(("SZ", "XSHE", "SZSE"), "SZ"),
    **dict.fromkeys(("BJ", "XBSE", "BJSE"), "BJ"),
}
_NAMES = "|".join(sorted(_EXCHANGES, key=len, reverse=True))
_AFTER = re.compile(rf"(?P<code>[0-9]{{6}})\.(?P<exchange>{_NAMES})")
_BEFORE = re.compile(rf"(?P<exchange>{_NAMES})[.#_]?(?P<code>[0-9]{{6}})")
_BARE = re.compile(r"[0-9]{6}")
_BOARDS = (("920", "BJ"), ("4", "BJ"), ("8", "BJ"), ("6", "SH"), ("900", "SH"), ("0", "SZ"), ("200", "SZ"), ("3", "SZ"))


def instrument_code(text: str) -> str | None:
    """The lake's code for 000001.XSHE, sh600519, SHSE.600519, 600519.SS or a bare stock code; None when it is none.

    A bare code is read by the board its first digits belong to.
    """
    upper = text.strip().upper()
    for pattern in (_AFTER, _BEFORE):
        if found := pattern.fullmatch(upper):
            return f"{found['code']}.{_EXCHANGES[found['exchange']]}"
    if _BARE.fullmatch(upper):
        return next((f"{upper}.{exchange}" for start, exchange in _BOARDS if upper.startswith(start)), None)
    return None
