"""Panels for the evaluation room's tests."""

from collections.abc import Callable

import numpy as np
import pytest

from dripstone.panel import Panel


@pytest.fixture(scope="session")
def make_panel() -> Callable[..., Panel]:
    """Values under made-up days and instruments."""

    def make(values: object, name: str = "x", *, first: str = "2025-01-01") -> Panel:
        matrix = np.asarray(values, np.float64)
        days = np.datetime64(first) + np.arange(len(matrix))
        return Panel(days, np.array([f"{i:06d}.SZ" for i in range(matrix.shape[1])]), matrix, name)

    return make
