import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dripstone.errors import DataError, FactorError
from dripstone.panel import Panel

DATES = np.array(["2025-01-02", "2025-01-03", "2025-01-06"], "datetime64[D]")


def panel(values: object, instruments: tuple[str, ...] = ("A", "B")) -> Panel:
    values = np.asarray(values, np.float64)
    return Panel(DATES[: len(values)], np.array(instruments), values, "x")


def test_labels_must_be_ascending_and_fit() -> None:
    with pytest.raises(FactorError, match="ascending"):
        Panel(DATES[::-1], np.array(["A"]), np.zeros((3, 1)))
    with pytest.raises(FactorError, match="ascending"):
        Panel(DATES, np.array(["A", "A"]), np.zeros((3, 2)))
    with pytest.raises(FactorError, match="do not fit"):
        Panel(DATES, np.array(["A"]), np.zeros((2, 1)))


@settings(deadline=None, max_examples=50)
@given(st.data())
def test_long_form_and_back(data: st.DataObject) -> None:
    cells = data.draw(
        st.dictionaries(
            st.tuples(st.integers(0, 2), st.sampled_from("ABCD")), st.floats(-1e6, 1e6), min_size=1, max_size=12
        )
    )
    keys = data.draw(st.permutations(list(cells)))
    days, names = np.array([DATES[d] for d, _ in keys]), np.array([n for _, n in keys])
    made = Panel.from_long(days, names, np.array([cells[k] for k in keys]))
    assert np.isfinite(made.values).sum() == len(cells)
    back = made.to_frame()
    assert {(d.date().isoformat(), n): v for d, n, v in back.itertuples(index=False)} == {
        (str(DATES[d]), n): v for (d, n), v in cells.items()
    }
    again = Panel.from_frame(back)
    np.testing.assert_array_equal(again.values, made.values)


def test_a_cell_twice_is_refused() -> None:
    with pytest.raises(DataError, match=r"2025-01-03.*B"):
        Panel.from_long(DATES[[0, 1, 1]], np.array(["A", "B", "B"]), np.arange(3.0))


def test_a_frame_without_labels_is_refused() -> None:
    with pytest.raises(DataError, match="lacks columns"):
        Panel.from_frame(pd.DataFrame({"day": [1]}))
    frame = pd.DataFrame({"date": ["2025-01-02"], "instrument": ["A"]})
    with pytest.raises(DataError, match="a value column"):
        Panel.from_frame(frame)
    with pytest.raises(DataError, match="instrument and net"):
        Panel.from_frame(frame.assign(value=1.0), column="net")
    with pytest.raises(DataError, match="no date"):
        Panel.from_frame(pd.DataFrame({"date": pd.to_datetime([None]), "instrument": ["A"], "value": [1.0]}))
    with pytest.raises(FactorError, match="value is not numeric"):
        Panel.from_frame(frame.assign(value="x"))


def test_reindex_keeps_what_is_there_and_leaves_the_rest_missing() -> None:
    made = panel([[1, 2], [3, 4]]).reindex(DATES, np.array(["B", "C"]))
    np.testing.assert_array_equal(made.values, [[2, np.nan], [4, np.nan], [np.nan, np.nan]])
    empty = Panel(DATES[:0], np.array([], np.str_), np.zeros((0, 0)))
    assert np.isnan(empty.reindex(DATES, np.array(["A"])).values).all()


def test_between_is_inclusive_on_both_sides() -> None:
    made = panel([[1, 2], [3, 4], [5, 6]])
    assert made.between("2025-01-03", "2025-01-06").values.tolist() == [[3, 4], [5, 6]]
    assert made.between(None, DATES[0]).values.tolist() == [[1, 2]]
    assert made.between("2026-01-01", None).shape == (0, 2)
