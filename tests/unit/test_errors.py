import pickle

import pytest

from dripstone.errors import DataError, DripstoneError, FactorError, ModelError, SettingsError


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
