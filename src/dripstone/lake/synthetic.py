"""The model behind ``simulate``: a market that walks from day to day, arrays only.

Some instruments are worked by an institution for weeks on end: every 2 to 5 minutes a child order, always to one
side. In the ``planted`` twin the price follows that side in the days after. In the ``null`` twin the footprints in
the volume are the same, but the side is drawn afresh every day and nothing follows. The twins share every random
number, so what a factor earns in one and not in the other is the planted effect.

The effect is far stronger than life: 200 instruments and 60 days are meant to show it. The clock, the tick, the
lots, the U-shaped day, limits, suspensions, holes, ex-rights and a small-cap premium are there in both twins.

The shapes are those of tian2007intraday (volatility), mu2010volume, gu2008returns, wan2015limit and liu2019size. The
roughness of the minute volume is set to 6,200 instrument days of real A-share bars: log volume deviates by 0.88 within
the day (real 0.89), its lag-1 correlation is 0.61 (0.63), the drip stone has mean 0.31 and deviation 0.11 (0.31, 0.12).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from dripstone.arrays import Bools, Floats, InstrumentMinute, Labels, PerInstrument
from dripstone.errors import DataError
from dripstone.market.limit import price_limit
from dripstone.market.session import SESSION

__all__ = ["MarketDay", "SyntheticMarket", "Twin"]

Twin = Literal["planted", "null"]

PAY_PER_DAY = 0.008
IMPACT_SD = 1.5
SIZE_PREMIUM_PER_DAY = 0.0004
PARTICIPATION = 0.18
BUYERS = 0.7
CAMPAIGN_STAYS = 0.95
CAMPAIGN_SHARE = 0.26
CHILD_LATE = 0.15

MARKET_SD, INDUSTRY_SD, INSTRUMENT_SD = 0.0105, 0.0065, 0.021
INDUSTRIES = 31
JUMP_UP, JUMP_DOWN = 0.009, 0.0015
SUSPENSION_STARTS = 0.0012
EX_RIGHT = 0.002
HOLE = 0.02
AUCTION_SHARE = 0.011
TURNOVER_PER_DAY = 0.015
LOT, TICK = 100, 0.01
MOOD_DAYS = np.array([2.0, 15.0, 120.0, 10.0])
MOOD_SD = np.array([0.25, 0.28, 0.30, 0.15])

CONTINUOUS = 237
"""Bars 09:31..14:57; with the two auctions and the two silent minutes a day has 241."""

_MINUTE = np.arange(CONTINUOUS)
_SINCE_LUNCH = _MINUTE - 120.0
_MORNING = _SINCE_LUNCH < 0


def _afternoon(height: float, decay_min: float) -> Floats:
    return np.where(_MORNING, 0.0, height * np.exp(-np.maximum(_SINCE_LUNCH, 0.0) / decay_min))


_volume = 1 + 3.2 * np.exp(-_MINUTE / 6) + np.where(_MORNING, 1.6 * np.exp(-_MINUTE / 35), 0.0)
_volume += _afternoon(0.9, 5) + _afternoon(0.25, 30) + 0.9 * np.exp((_MINUTE - 236) / 10)
VOLUME = _volume / _volume.mean()
"""(237,) expected volume of each minute over the day's mean minute."""

_volatility = 0.75 + 1.3 * np.exp(-_MINUTE / 12) + _afternoon(0.45, 8) + 0.25 * np.exp((_MINUTE - 236) / 15)
VOLATILITY = _volatility / np.sqrt(np.sum(_volatility**2))
"""(237,) standard deviation of each minute's return over that of the continuous session."""


@dataclass(frozen=True, eq=False)
class MarketDay:
    """One day of the market, suspended instruments included, and the truth that no factor is given.

    Parameters
    ----------
    prices : open, high, low, close -> (n, 241) yuan, raw, by the minutes of ``market.session.SESSION``.
    shares : (n, 241) volume.
    there : (n, 241) whether the bar is in the data: not suspended, not lost.
    adjust_factor, float_market_cap, total_market_cap : (n,) at the close.
    side : (n,) 1 where a buyer is at work today, -1 a seller, 0 nobody.
    """

    prices: Mapping[str, InstrumentMinute]
    shares: InstrumentMinute
    there: Bools
    adjust_factor: PerInstrument
    float_market_cap: PerInstrument
    total_market_cap: PerInstrument
    side: PerInstrument


class SyntheticMarket:
    """The market between two days: what each instrument is, and the state it carries over night."""

    def __init__(self, twin: Twin, instruments: Labels, seed: int) -> None:
        if twin not in get_args(Twin) or seed < 0:
            raise DataError("no such market", seen=(twin, seed), expected="twin 'planted' or 'null', seed 0 or more")
        self.instruments = instruments
        self.planted = twin == "planted"
        self.seed, self.days_done = seed, 0
        source, n = np.random.default_rng([seed, 0]), len(instruments)
        self.size, self.beta = source.standard_normal(n), 1 + 0.2 * source.standard_normal(n)
        self.industry = source.integers(0, INDUSTRIES, n)
        self.sd = INSTRUMENT_SD * np.exp(-0.08 * self.size + 0.22 * source.standard_normal(n))
        self.bar_sd = np.sqrt(self.sd**2 + (self.beta * MARKET_SD) ** 2 + INDUSTRY_SD**2)[:, np.newaxis] * VOLATILITY
        self.trades_per_min = 14 * np.exp(0.8 * self.size + 0.5 * source.standard_normal(n))
        self.roughness = np.exp(0.35 * source.standard_normal(n))
        self.close = np.round(11 * np.exp(0.65 * source.standard_normal(n)), 2)
        self.adjust_factor = np.ones(n)
        self.float_shares = np.round(np.exp(22.8 + self.size) / self.close)
        self.total_shares = np.round(self.float_shares * source.uniform(1, 2, n))
        lots_per_day = TURNOVER_PER_DAY * self.float_shares / LOT
        self.lots_per_trade = np.maximum(lots_per_day / (self.trades_per_min * CONTINUOUS), 1.0)
        self.campaign_starts = (1 - CAMPAIGN_STAYS) * CAMPAIGN_SHARE / (1 - CAMPAIGN_SHARE) * np.exp(0.35 * self.size)
        self.active = source.random(n) < CAMPAIGN_SHARE
        self.side, self.period = _signs(source, n, BUYERS), source.integers(2, 6, n)
        self.days_suspended = np.zeros(n, np.int64)
        self.mood = source.standard_normal((4, n))
        self.drift = np.zeros(n)

    def next_day(self, date: np.datetime64) -> MarketDay:
        """Draw the next trading day. The draws and their order are the same in both twins."""
        self.days_done += 1
        source = np.random.default_rng([self.seed, self.days_done])
        suspended = self._walk_suspensions(source)
        side = self._walk_campaigns(source) * ~suspended
        self._go_ex_right(source, suspended)
        lots, child = self._trade(source)
        prices, lots = self._quote(source, date, lots, side[:, np.newaxis] * child)
        self.close = np.where(suspended, self.close, prices["close"][:, -1])
        self.drift = self.planted * PAY_PER_DAY * side
        return MarketDay(
            prices,
            LOT * lots,
            _with_holes(source, len(side)) & ~suspended[:, np.newaxis],
            self.adjust_factor,
            self.float_shares * self.close,
            self.total_shares * self.close,
            side,
        )

    def _walk_campaigns(self, source: np.random.Generator) -> PerInstrument:
        """Let campaigns end and begin; today's side of each instrument."""
        n = len(self.instruments)
        draw = source.random(n)
        was_active, self.active = self.active, np.where(self.active, draw < CAMPAIGN_STAYS, draw < self.campaign_starts)
        fresh = self.active & ~was_active
        self.side = np.where(fresh, _signs(source, n, BUYERS), self.side)
        self.period = np.where(fresh, source.integers(2, 6, n), self.period)
        redrawn = _signs(source, n, 0.5)
        return self.active * (self.side if self.planted else redrawn)

    def _walk_suspensions(self, source: np.random.Generator) -> Bools:
        n = len(self.instruments)
        starts = source.random(n) < SUSPENSION_STARTS
        length = source.integers(1, 9, n)
        self.days_suspended = np.where(starts, length, np.maximum(self.days_suspended - 1, 0))
        return self.days_suspended > 0

    def _go_ex_right(self, source: np.random.Generator, suspended: Bools) -> None:
        """Lower a few reference prices by a dividend or bonus shares; the adjusted price does not move."""
        n = len(self.instruments)
        event = (source.random(n) < EX_RIGHT) & ~suspended
        ratio = np.where(source.random(n) < 0.7, source.uniform(1.01, 1.04, n), source.uniform(1.2, 1.5, n))
        reference = np.where(event, np.maximum(np.round(self.close / ratio, 2), TICK), self.close)
        growth = self.close / reference
        self.adjust_factor = self.adjust_factor * growth
        self.float_shares, self.total_shares = self.float_shares * growth, self.total_shares * growth
        self.close = reference

    def _trade(self, source: np.random.Generator) -> tuple[InstrumentMinute, InstrumentMinute]:
        """Lots traded in every bar of the day, and the child orders' share of the 237 continuous ones."""
        n = len(self.instruments)
        shape = (n, CONTINUOUS)
        level, rough = self._walk_mood(source)[:, np.newaxis], self.roughness[:, np.newaxis]
        noise = 0.45 * rough * _wander(source, shape, 1) + 0.40 * _wander(source, shape, 12)
        noise += 0.45 / rough * _wander(source, shape, 90)
        rate = self.trades_per_min[:, np.newaxis] * VOLUME * level * np.exp(noise)
        trades = source.poisson(rate)
        scatter = np.exp(0.55 * source.standard_normal(shape) / np.sqrt(np.maximum(trades, 1)))
        per_trade = self.lots_per_trade[:, np.newaxis]
        base = np.ceil(trades * per_trade * scatter)
        size = PARTICIPATION * self.period[:, np.newaxis] * rate * per_trade
        child = np.ceil(size * np.exp(0.3 * source.standard_normal(shape))) * self._child_minutes(source)
        day = base.sum(axis=1, keepdims=True)
        auctions = np.ceil(AUCTION_SHARE * day * np.exp(0.5 * source.standard_normal((n, 2)))) + 1
        lots = np.hstack([auctions[:, :1], base + child, np.zeros((n, 2)), auctions[:, 1:]])
        return lots, child / np.maximum(base + child, 1)

    def _walk_mood(self, source: np.random.Generator) -> PerInstrument:
        """How busy the day is, each instrument on its own memories of days and all of them together."""
        memory = np.exp(-1 / MOOD_DAYS)[:, np.newaxis]
        shock = source.standard_normal(self.mood.shape)
        shock[-1] = shock[-1, 0]
        self.mood = memory * self.mood + np.sqrt(1 - memory**2) * shock
        return np.exp(np.sum(MOOD_SD[:, np.newaxis] * self.mood, axis=0))

    def _child_minutes(self, source: np.random.Generator) -> Bools:
        """Where a child order falls: every ``period`` minutes, a few of them a bar late."""
        n = len(self.instruments)
        phase = source.integers(0, 60, (n, 1))
        due = self.active[:, np.newaxis] & ((_MINUTE + phase) % self.period[:, np.newaxis] == 0)
        late = due & (source.random((n, CONTINUOUS)) < CHILD_LATE)
        child = due & ~late
        child[:, 1:] |= late[:, :-1]
        return child

    def _path(self, source: np.random.Generator, limit: PerInstrument) -> Floats:
        """Log prices over the reference at the opening auction, each minute's end and the closing auction: (n, 239)."""
        n = len(self.instruments)
        gap = 0.45 * self.sd * source.standard_t(5, n) / np.sqrt(5 / 3) + 0.005 * self.beta * source.standard_normal()
        moves = self.sd[:, np.newaxis] * source.standard_t(4, (n, CONTINUOUS + 1)) / np.sqrt(2)
        moves += MARKET_SD * np.outer(self.beta, source.standard_normal(CONTINUOUS + 1))
        moves += INDUSTRY_SD * source.standard_normal((INDUSTRIES, CONTINUOUS + 1))[self.industry]
        moves *= np.append(VOLATILITY, VOLATILITY[-1])
        draw, at = source.random(n), source.integers(0, CONTINUOUS, n)
        jump = 1.2 * np.log1p(limit)
        moves[np.arange(n), at] += jump * ((draw < JUMP_UP) * 1.0 - (draw > 1 - JUMP_DOWN))
        drift = self.drift - SIZE_PREMIUM_PER_DAY * self.size - (JUMP_UP - JUMP_DOWN) * jump
        moves += (drift / 2 / CONTINUOUS)[:, np.newaxis]
        return np.cumsum(np.column_stack([gap + drift / 2, moves]), axis=1)

    def _quote(
        self, source: np.random.Generator, date: np.datetime64, lots: Floats, push: Floats
    ) -> tuple[dict[str, Floats], Floats]:
        """Prices on ticks within the board's limits, (n, 241) each, and the lots that trade at them.

        A child order moves the close of its own bar only: the next bar opens on the undisturbed path, so that the
        impact cannot pile up and the null twin stays null.
        """
        limit = price_limit(self.instruments, date)
        floor = np.maximum(np.round(self.close * (1 - limit) + 1e-9, 2), TICK)[:, np.newaxis]
        ceiling = np.round(self.close * (1 + limit) + 1e-9, 2)[:, np.newaxis]
        path = self._path(source, limit)
        start, end = path[:, :CONTINUOUS], path[:, 1:-1] + IMPACT_SD * self.bar_sd * push
        middle, reach = (start + end) / 2, (end - start) ** 2
        up, down = -2 * self.bar_sd**2 * np.log(1 - source.random((2, *start.shape)))
        logs = {
            "open": start,
            "high": middle + np.sqrt(reach + up) / 2,
            "low": middle - np.sqrt(reach + down) / 2,
            "close": end,
        }
        prices: dict[str, Floats] = {}
        for name, minutes in logs.items():
            whole = np.column_stack([path[:, 0], minutes, end[:, -1], end[:, -1], path[:, -1]])
            quoted = np.round(self.close[:, np.newaxis] * np.exp(whole), 2)
            prices[name] = np.minimum(np.maximum(quoted, floor), ceiling)
        flat = prices["high"] == prices["low"]
        stuck = flat & ((prices["high"] == ceiling) | (prices["low"] == floor))
        lots = np.where(stuck, np.floor(lots / 4), lots)
        return _carried(prices, lots), lots


def _wander(source: np.random.Generator, shape: tuple[int, int], memory_min: float) -> Floats:
    """A stationary first-order walk along the minutes: mean 0, variance 1, correlation exp(-lag / memory_min)."""
    keep = math.exp(-1 / memory_min)
    steps = source.standard_normal(shape)
    steps[:, 1:] *= math.sqrt(1 - keep**2)
    for minute in range(1, shape[1]):
        steps[:, minute] += keep * steps[:, minute - 1]
    return steps


def _signs(source: np.random.Generator, n: int, share_up: float) -> PerInstrument:
    return np.where(source.random(n) < share_up, 1.0, -1.0)


def _with_holes(source: np.random.Generator, n: int) -> Bools:
    """Which bars there are: a few instruments lose some minutes in a row, mostly few, sometimes an hour."""
    hit, start = source.random(n) < HOLE, source.integers(1, CONTINUOUS, n)
    length = np.ceil(np.exp(1.5 + 1.2 * source.standard_normal(n)))
    minute = np.arange(len(SESSION))
    lost = (minute >= start[:, np.newaxis]) & (minute < np.minimum(start + length, CONTINUOUS + 1)[:, np.newaxis])
    return ~(lost & hit[:, np.newaxis])


def _carried(prices: dict[str, Floats], lots: Floats) -> dict[str, Floats]:
    """The prices where something traded; elsewhere the last traded close, on all four."""
    traded = lots > 0
    last = np.maximum.accumulate(np.where(traded, np.arange(lots.shape[1]), 0), axis=1)
    close = np.take_along_axis(prices["close"], last, axis=1)
    return {name: np.where(traded, values, close) for name, values in prices.items()}
