import pytest

from dripstone.errors import FactorError
from dripstone.market.session import AUCTION, SESSION, label, minute_of, session_minutes


def test_the_day_has_241_bar_ends() -> None:
    assert len(SESSION) == 241
    assert SESSION[0] == AUCTION
    assert [label(m) for m in SESSION[[0, 1, 120, 121, 240]].tolist()] == ["09:25", "09:31", "11:30", "13:01", "15:00"]


@pytest.mark.parametrize(
    ("first", "last", "count"), [("09:31", "14:57", 237), ("09:32", "14:57", 236), ("09:25", "15:00", 241)]
)
def test_sessions_are_inclusive(first: str, last: str, count: int) -> None:
    assert len(session_minutes(first, last)) == count


@pytest.mark.parametrize("text", ["09:30", "11:31", "13:00", "9h31", "", "15:01", "09:31:00"])
def test_other_times_are_refused(text: str) -> None:
    with pytest.raises(FactorError, match="not a minute"):
        minute_of(text)


def test_a_session_runs_forward() -> None:
    with pytest.raises(FactorError, match="ends before"):
        session_minutes("14:00", "10:00")


def test_labels_round_trip() -> None:
    assert [minute_of(label(m)) for m in SESSION.tolist()] == SESSION.tolist()
