import pickle

import pytest

from dripstone.errors import DataError, DripstoneError, FactorError, ModelError, SettingsError, printable


def test_message_says_what_was_seen_what_was_expected_and_what_to_do() -> None:
    error = FactorError(
        "wrong shape", seen=(3, 4), expected="(3,)", hint="return one number an instrument", factor="f", date=None
    )
    assert str(error) == ("wrong shape [factor=f]; saw (3, 4); expected (3,). Hint: return one number an instrument")
    assert error.fields == {"factor": "f"}


def test_none_is_a_value_that_can_be_seen() -> None:
    assert "saw None" in str(DataError("no value", seen=None))
    assert "saw" not in str(DataError("no value"))


def test_a_long_value_is_cut() -> None:
    assert len(DataError("big", seen="x" * 10_000).seen) == 300


@pytest.mark.parametrize("kind", [FactorError, DataError, SettingsError, ModelError])
def test_errors_cross_processes_whole(kind: type[DripstoneError]) -> None:
    error = kind("what", seen=1, expected="2", hint="do", line=3, column="x")
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is kind
    assert back.as_dict() == error.as_dict()
    assert str(back) == str(error)


def test_one_shape() -> None:
    shape = set(DataError("a").as_dict())
    assert shape == set(FactorError("b", seen=1, line=2).as_dict())
    assert DataError("a").as_dict()["kind"] == "DataError"
    assert FactorError("b", path=object()).as_dict()["fields"] != {}


def test_what_a_terminal_would_obey_is_written_out() -> None:
    error = FactorError("raised \x1b[31mred\x07", hint="line\u2028\u202ereversed", path="a\x9b2J.py")
    for text in (str(error), error.what):
        assert not {"\x1b", "\x07", "\x9b", "\u2028", "\u202e"} & set(text)
    assert "\\x1b[31mred\\x07" in error.what
    assert printable("滴水\u3000穿石\n\tok") == "滴水\u3000穿石\n\tok"
    assert printable("half \udcff") == "half \\udcff"
