"""Daily price limits by board."""

import numpy as np
import pytest

from dripstone.market.limit import price_limit


@pytest.mark.parametrize(
    ("instrument", "date", "limit"),
    [
        ("600519.SH", "2026-01-05", 0.10),
        ("000001.SZ", "2026-01-05", 0.10),
        ("002594.SZ", "2026-01-05", 0.10),
        ("688981.SH", "2019-07-22", 0.20),
        ("689009.SH", "2026-01-05", 0.20),
        ("300750.SZ", "2020-08-21", 0.10),
        ("300750.SZ", "2020-08-24", 0.20),
        ("301236.SZ", "2026-01-05", 0.20),
        ("302132.SZ", "2026-01-05", 0.20),
        ("920001.BJ", "2026-01-05", 0.30),
    ],
)
def test_limit_of_a_board(instrument, date, limit):
    assert price_limit(np.array([instrument]), date).tolist() == [limit]


def test_no_instruments_no_limits():
    assert price_limit(np.array([], np.str_), "2026-01-05").shape == (0,)
