"""A number as it is printed: fixed decimals, signed where the sign is the message, a dash where there is none."""

import math
from datetime import datetime
from typing import Literal

__all__ = ["MISSING", "Style", "printed", "printed_p", "printed_time"]

MISSING = "–"

Style = Literal["correlation", "ratio", "percent", "bp", "probability", "count", "seconds", "tiny"]
_PATTERNS: dict[Style, tuple[float, str]] = {
    "correlation": (1.0, "{:+.4f}"),
    "ratio": (1.0, "{:+.2f}"),
    "percent": (100.0, "{:.1f}%"),
    "bp": (1e4, "{:+.1f}"),
    "probability": (1.0, "{:.3f}"),
    "count": (1.0, "{:,.0f}"),
    "seconds": (1.0, "{:,.1f}"),
    "tiny": (1.0, "{:.1e}"),
}


def printed(value: float | None, style: Style) -> str:
    """The number as text; None, NaN and infinities are a dash, a zero after rounding has no sign.

    ``percent`` and ``bp`` take fractions; ``bp`` leaves the unit to the column's head.
    """
    if value is None or not math.isfinite(value):
        return MISSING
    if style == "probability" and value < 0.001:
        return "<0.001"
    if style == "tiny" and value == 0.0:
        return "0"
    scale, pattern = _PATTERNS[style]
    text = pattern.format(value * scale)
    return text if any(c in "123456789" for c in text) else text.lstrip("+-")


def printed_p(value: float) -> str:
    """A p-value for a sentence, on one line: "p = 0.012", "p < 0.001"; "p = –" where there is none."""
    text = printed(value, "probability")
    return f"p\u00a0<\u00a0{text[1:]}" if text.startswith("<") else f"p\u00a0=\u00a0{text}"


def printed_time(moment: str) -> str:
    """An ISO time to the minute with its zone ("2026-02-10 09:30 UTC+08:00"); any other text as it is."""
    try:
        when = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    return f"{when:%Y-%m-%d %H:%M} {when.tzname() or ''}".strip() if len(moment) > len("2026-02-10") else moment
