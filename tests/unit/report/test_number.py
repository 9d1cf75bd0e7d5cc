import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dripstone.report.number import MISSING, Style, printed, printed_p, printed_time

STYLES: tuple[Style, ...] = (
    "correlation",
    "ratio",
    "percent",
    "bp",
    "probability",
    "count",
    "seconds",
    "tiny",
)


@pytest.mark.parametrize(
    ("value", "style", "text"),
    [
        (0.03125, "correlation", "+0.0312"),
        (-0.00001, "correlation", "0.0000"),
        (-0.00001, "bp", "-0.1"),
        (2.5, "ratio", "+2.50"),
        (0.8, "percent", "80.0%"),
        (0.00012, "bp", "+1.2"),
        (0.0004, "probability", "<0.001"),
        (0.0, "probability", "<0.001"),
        (1.0, "probability", "1.000"),
        (5987.0, "count", "5,987"),
        (3.3e-16, "tiny", "3.3e-16"),
        (0.0, "tiny", "0"),
    ],
)
def test_printed(value: float, style: Style, text: str) -> None:
    assert printed(value, style) == text


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("value", [None, math.nan, math.inf, -math.inf])
def test_no_number_is_a_dash(value: float | None, style: Style) -> None:
    assert printed(value, style) == MISSING


@settings(deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False, width=32), st.sampled_from(STYLES))
def test_a_number_is_never_words(value: float, style: Style) -> None:
    assert set(printed(value, style)) <= set("0123456789+-.,%e<")


@pytest.mark.parametrize(("value", "text"), [(0.0123, "p = 0.012"), (0.0001, "p < 0.001"), (float("nan"), "p = –")])
def test_a_p_value_in_a_sentence_does_not_break(value: float, text: str) -> None:
    assert printed_p(value) == text.replace(" ", "\u00a0")


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        ("2026-11-23T07:42:08+00:00", "2026-11-23 07:42 UTC"),
        ("2026-02-10T09:30:00+08:00", "2026-02-10 09:30 UTC+08:00"),
        ("2026-02-10T09:30:00", "2026-02-10 09:30"),
        ("2026-02-10", "2026-02-10"),
        ("yesterday", "yesterday"),
    ],
)
def test_a_time_is_printed_to_the_minute(moment: str, text: str) -> None:
    assert printed_time(moment) == text
