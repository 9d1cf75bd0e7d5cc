import numpy as np
import pytest

from dripstone.arrays import as_floats, same_shape
from dripstone.errors import FactorError


def test_floats_are_taken_as_they_are_and_the_rest_is_converted() -> None:
    array = np.zeros(3)
    assert as_floats(array) is array
    assert as_floats([1, 2]).dtype == np.float64
    with pytest.raises(FactorError, match="not numeric"):
        as_floats(["a"])
    with pytest.raises(FactorError, match="2 axes"):
        as_floats(array, ndim=2)


def test_shapes_must_agree() -> None:
    same_shape(a=np.zeros(3), b=np.ones(3))
    with pytest.raises(FactorError, match=r"'b': \(2,\)"):
        same_shape(a=np.zeros(3), b=np.ones(2))
