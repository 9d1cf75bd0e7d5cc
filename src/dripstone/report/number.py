"""A number as it is printed: fixed decimals, signed where the sign is the message, a dash where there is none."""

import math
from typing import Literal

__all__ = ["MISSING", "Style", "printed"]

MISSING = "–"

Style = Literal["correlation", "ratio", "percent", "return", "bp", "probability", "count", "seconds", "tiny"]
_PATTERNS: dict[Style, tuple[float, str]] = {
    "correlation": (1.0, "{:+.4f}"),
    "ratio": (1.0, "{:+.2f}"),
    "percent": (100.0, "{:.1f}%"),
    "return": (100.0, "{:+.2f}%"),
    "bp": (1e4, "{:+.1f}"),
    "probability": (1.0, "{:.3f}"),
    "count": (1.0, "{:,.0f}"),
    "seconds": (1.0, "{:,.1f}"),
    "tiny": (1.0, "{:.1e}"),
}


def printed(value: float | None, style: Style) -> str:
    """The number as text; None, NaN and infinities are a dash, a zero after rounding has no sign.

    ``percent``, ``return`` and ``bp`` take fractions; ``bp`` leaves the unit to the column's head.
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
