"""Rows become part of the lake: all of them, or none."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dripstone.errors import DataError
from dripstone.factors.spec import Needs
from dripstone.lake import BAR_FIELDS, BarLake, ingest_table, simulate
from dripstone.lake.dayfile import held_hash
from dripstone.lake.simulation import Simulation
from dripstone.lake.transaction import writing
from dripstone.market.session import SESSION

BARS = "cn_stock_bar1m"
FULL = Needs(fields=BAR_FIELDS, session=("09:25", "15:00"))


def state(lake: BarLake) -> dict[str, str]:
    return {path.stem: held_hash(path) for path in lake.paths(BARS)}


def leftovers(lake: BarLake) -> list[str]:
    return [p.name for p in lake.root.rglob("*") if p.is_file() and p.suffix != ".parquet" and p.name != ".lock"]


class TestWhatComesOut:
    def test_reports_what_was_done(self, lake, make_bars):
        report = ingest_table(lake, make_bars(), table=BARS, source="test")
        assert (report.table, report.days, report.changed_days, report.rows, report.instruments) == (
            BARS,
            3,
            3,
            6 * 241,
            2,
        )
        assert (str(report.first_day), str(report.last_day)) == ("2026-01-05", "2026-01-07")
        assert report.findings == ()
        assert leftovers(lake) == []

    def test_files_are_sorted_and_have_the_tables_schema(self, lake, make_bars):
        bars = make_bars()
        order = np.random.default_rng(0).permutation(len(bars))
        ingest_table(lake, bars.take(pa.array(order)), table=BARS, source="test")
        for path in lake.paths(BARS):
            rows = pq.read_table(path)
            assert rows.schema == lake.schema(BARS)
            keys = list(zip(rows["instrument"].to_pylist(), rows["date"].to_pylist(), strict=True))
            assert keys == sorted(keys)

    def test_the_same_rows_again_change_nothing(self, lake, make_bars):
        ingest_table(lake, make_bars(), table=BARS, source="test")
        before = state(lake), [path.stat().st_mtime_ns for path in lake.paths(BARS)]
        report = ingest_table(lake, make_bars(), table=BARS, source="test")
        assert report.changed_days == 0
        assert before == (state(lake), [path.stat().st_mtime_ns for path in lake.paths(BARS)])

    def test_instruments_of_a_day_are_replaced_and_others_stay(self, lake, make_bars):
        ingest_table(lake, make_bars(days=["2026-01-05"]), table=BARS, source="first")
        part = make_bars(["600519.SH"], ["2026-01-05"], minutes=[571, 572])
        ingest_table(lake, part, table=BARS, source="second")
        bars = lake.day("2026-01-05", FULL)
        assert bars.instruments.tolist() == ["000001.SZ", "600519.SH"]
        assert bars.bar_count.tolist() == [241, 2]

    def test_batches_are_one_transaction(self, lake, make_bars):
        whole = make_bars()
        ingest_table(lake, whole, table=BARS, source="whole")
        other = BarLake(lake.root.parent / "other")
        pieces = (whole.slice(at, 100) for at in range(0, len(whole), 100))
        ingest_table(other, pieces, table=BARS, source="pieces")
        assert state(other) == state(lake)

    def test_nan_and_null_are_the_same(self, lake, make_bars):
        close = make_bars(days=["2026-01-05"])["close"].to_numpy().copy()
        close[7] = np.nan
        ingest_table(lake, make_bars(days=["2026-01-05"], close=close), table=BARS, source="nan")
        before = state(lake)
        nulls = pa.array(close, from_pandas=True)
        report = ingest_table(lake, make_bars(days=["2026-01-05"], close=nulls), table=BARS, source="null")
        assert state(lake) == before
        assert pq.read_table(lake.paths(BARS)[0])["close"].null_count == 1
        assert np.isnan(lake.day("2026-01-05", FULL).close[0, 7])
        assert [f.kind for f in report.findings] == ["missing_values"]


@st.composite
def sparse_days(draw: st.DrawFn) -> dict[str, object]:
    """A few instruments with any bars of one day, in any order."""
    instruments = draw(st.lists(st.sampled_from(["000001.SZ", "300750.SZ", "600519.SH", "920001.BJ"]), min_size=1))
    cells = draw(
        st.lists(
            st.tuples(st.sampled_from(instruments), st.sampled_from(SESSION.tolist())),
            min_size=1,
            max_size=40,
            unique=True,
        )
    )
    volume = draw(st.lists(st.integers(0, 10**12), min_size=len(cells), max_size=len(cells)))
    return {"cells": cells, "volume": volume}


def as_rows(day: dict[str, object]) -> pa.Table:
    cells, volume = day["cells"], day["volume"]
    price = np.full(len(cells), 10.0)
    return pa.table(
        {
            "date": np.datetime64("2026-01-05", "us") + np.array([m for _, m in cells], "timedelta64[m]"),
            "instrument": [i for i, _ in cells],
            **dict.fromkeys(("open", "high", "low", "close"), price),
            "volume": volume,
            "amount": np.array(volume) * 10.0,
        }
    )


class TestRoundTrip:
    @given(day=sparse_days())
    @settings(max_examples=25, deadline=None)
    def test_day_gives_back_exactly_the_rows(self, day, tmp_path_factory):
        lake = BarLake(tmp_path_factory.mktemp("lake"))
        ingest_table(lake, as_rows(day), table=BARS, source="test")
        bars = lake.day("2026-01-05", FULL)
        expected = dict(zip(day["cells"], day["volume"], strict=True))
        found = {
            (str(bars.instruments[i]), int(bars.minutes[m])): bars.volume[i, m]
            for i, m in np.argwhere(np.isfinite(bars.volume))
        }
        assert found == expected

    @given(day=sparse_days(), order=st.randoms(use_true_random=False))
    @settings(max_examples=25, deadline=None)
    def test_any_order_of_rows_gives_one_hash(self, day, order, tmp_path_factory):
        rows = as_rows(day)
        shuffled = list(range(len(rows)))
        order.shuffle(shuffled)
        lakes = [BarLake(tmp_path_factory.mktemp("lake")) for _ in range(2)]
        ingest_table(lakes[0], rows, table=BARS, source="test")
        ingest_table(lakes[1], rows.take(pa.array(shuffled)), table=BARS, source="test")
        assert state(lakes[0]) == state(lakes[1])


class TestAllOrNothing:
    def test_a_refused_batch_leaves_the_lake_as_it_was(self, lake, make_bars):
        ingest_table(lake, make_bars(), table=BARS, source="good")
        before = state(lake)

        def batches():
            yield make_bars(["300750.SZ"])
            yield make_bars(["300751.SZ"], volume=np.full(3 * 241, -1))

        with pytest.raises(DataError, match="negative"):
            ingest_table(lake, batches(), table=BARS, source="bad")
        assert state(lake) == before
        assert leftovers(lake) == []

    def test_a_row_twice_is_refused_across_batches_naming_both_files(self, lake, make_bars):
        def batches():
            for source in ("a.parquet", "b.parquet"):
                yield make_bars().replace_schema_metadata({"source": source})

        with pytest.raises(DataError, match=r"same row twice.*000001.SZ.*2026-01-05.*a.parquet and b.parquet"):
            ingest_table(lake, batches(), table=BARS, source="test")
        assert lake.table_names() == ()

    def test_no_rows_are_refused(self, lake, make_bars):
        with pytest.raises(DataError, match="no rows"):
            ingest_table(lake, [], table=BARS, source="nothing")
        with pytest.raises(DataError, match="no rows"):
            ingest_table(lake, make_bars().slice(0, 0), table=BARS, source="nothing")

    def test_a_second_writer_is_told_to_wait(self, lake, make_bars):
        with writing(lake.root), pytest.raises(DataError, match=f"another process.*process {os.getpid()}"):
            ingest_table(lake, make_bars(), table=BARS, source="second")
        ingest_table(lake, make_bars(), table=BARS, source="second")

    def test_a_full_disk_is_told_and_changes_nothing(self, lake, make_bars):
        ingest_table(lake, make_bars(days=["2026-01-05"]), table=BARS, source="old")
        before = state(lake)
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))
        try:
            with pytest.raises(DataError, match=r"cannot be written.*File too large.*space"):
                ingest_table(lake, make_bars(), table=BARS, source="new")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert state(lake) == before
        assert leftovers(lake) == []
        assert ingest_table(lake, make_bars(), table=BARS, source="new").changed_days == 2

    def test_an_ingest_killed_at_any_step_is_forgotten_or_finished(self, lake, make_bars, tmp_path):
        ingest_table(lake, make_bars(), table=BARS, source="old")
        old = state(lake)
        rows = make_bars(open=make_bars()["close"])
        pq.write_table(rows, tmp_path / "new.parquet")
        outcomes = []
        for left in killed_at_every_step("ingest", lake.root, tmp_path / "left", tmp_path / "new.parquet"):
            now = state(left)
            outcomes.append([now[day] != old[day] for day in old])
            left.day("2026-01-06", FULL)
            ingest_table(left, make_bars(["688001.SH"], ["2026-01-08"]), table=BARS, source="next")
            finished = [state(left)[day] != old[day] for day in old]
            assert all(finished) or not any(finished)
            assert all(finished) or not any(outcomes[-1])
            assert leftovers(left) == []
        # Every stage was met: nothing seen, some days new, all of them.
        assert [sum(days) for days in outcomes] == sorted(sum(days) for days in outcomes)
        assert {sum(days) for days in outcomes} == {0, 1, 2, 3}


def killed_at_every_step(*arguments: object) -> list[BarLake]:
    """See ``crash``: the lakes that are left, by the step before which the writer was killed."""
    command = [sys.executable, str(Path(__file__).with_name("crash.py")), *map(str, arguments)]
    subprocess.run(command, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, check=True)
    folder = Path(str(arguments[2]))
    return [BarLake(folder / str(step)) for step in range(len(list(folder.iterdir())))]


class TestSimulatedLake:
    def test_real_and_simulated_bars_never_meet(self, lake, make_bars):
        assert lake.simulated is None
        simulate(lake, twin="planted", instruments=3, days=2, seed=7)
        assert lake.simulated == "planted, seed 7"
        before = state(lake)
        calendar = pa.table({"date": np.array(["2026-01-05"], "datetime64[D]"), "market_code": ["CN"]})
        for table, rows in ((BARS, make_bars()), ("all_trading_days", calendar)):
            with pytest.raises(DataError, match=r"holds simulated bars.*planted, seed 7.*new workspace"):
                ingest_table(lake, rows, table=table, source="real")
        assert (state(lake), leftovers(lake)) == (before, ["simulated.json"])

    def test_the_mark_is_part_of_no_version(self, lake, make_bars):
        ingest_table(lake, make_bars(), table=BARS, source="real")
        before = lake.version("2026-01-05", FULL)
        Simulation("null", 2, 3, 1, "2026-01-07").write(lake.root)
        assert (lake.simulated, lake.version("2026-01-05", FULL)) == ("null, seed 1", before)

    @pytest.mark.parametrize("text", ["", "[1]", "{}", '{"twin": "null"'])
    def test_a_damaged_mark_is_told(self, lake, text):
        lake.root.mkdir()
        (lake.root / "simulated.json").write_text(text)
        with pytest.raises(DataError, match="mark of a simulated lake is damaged"):
            _ = lake.simulated

    def test_no_simulated_day_is_seen_without_the_mark(self, lake, tmp_path):
        lake.root.mkdir()
        seen = []
        for left in killed_at_every_step("simulate", lake.root, tmp_path / "left"):
            days = sum(len(left.dates(table)) for table in left.table_names())
            assert not days or left.simulated == "null, seed 1"
            simulate(left, twin="null", instruments=2, days=1, seed=1)
            assert (len(left.dates()), len(left.table_names()), leftovers(left)) == (1, 3, ["simulated.json"])
            seen.append(days)
        assert set(seen) == set(range(4))


class TestReferenceTables:
    def test_several_rows_an_instrument_have_their_own_key(self, lake):
        rows = pa.table(
            {
                "date": np.array(["2026-01-05"] * 2, "datetime64[D]"),
                "instrument": ["600519.SH"] * 2,
                "industry": ["sw2021", "zjh"],
                "industry_level1_code": ["340000", "C15"],
            }
        )
        report = ingest_table(lake, rows, table="cn_stock_industry_component", source="test")
        assert (report.rows, report.instruments, report.findings) == (2, 1, ())
        with pytest.raises(DataError, match="same row twice"):
            ingest_table(lake, pa.concat_tables([rows, rows]), table="cn_stock_industry_component", source="test")

    def test_a_table_without_days_stands_for_every_day(self, lake, make_bars):
        rows = pa.table(
            {
                "instrument": ["600519.SH"],
                "list_date": np.array(["2001-08-27"], "datetime64[D]"),
                "list_sector": [1.0],
            }
        )
        ingest_table(lake, rows, table="cn_stock_basic_info", source="test")
        ingest_table(lake, make_bars(), table=BARS, source="test")
        assert lake.day("2026-01-05", Needs(daily=("list_sector",))).daily["list_sector"][1] == 1

    def test_the_lakes_own_calendar_wins(self, lake, make_bars):
        beyond = make_bars(days=["2031-01-06"])
        with pytest.raises(DataError, match="all_trading_days"):
            ingest_table(lake, beyond, table=BARS, source="test")
        days = np.array(["2031-01-03", "2031-01-06", "2031-01-08"], "datetime64[D]")
        calendar = pa.table({"date": days, "market_code": ["CN"] * 3})
        ingest_table(lake, calendar, table="all_trading_days", source="test")
        ingest_table(lake, make_bars(days=["2031-01-03"]), table=BARS, source="test")
        ingest_table(lake, beyond, table=BARS, source="test")
        with pytest.raises(DataError, match="not a trading day"):
            ingest_table(lake, make_bars(days=["2031-01-07"]), table=BARS, source="test")

    def test_another_markets_calendar_is_refused(self, lake):
        rows = pa.table({"date": np.array(["2026-01-05"], "datetime64[D]"), "market_code": ["HK"]})
        with pytest.raises(DataError, match="A-share"):
            ingest_table(lake, rows, table="all_trading_days", source="test")


def test_real_bars_go_in_whole(real_bars: Path, lake: BarLake):
    rows = pq.read_table(real_bars)
    report = ingest_table(lake, rows, table=BARS, source=real_bars.name)
    assert (report.rows, report.days, report.instruments) == (1_494_200, 62, 100)
    assert {finding.kind for finding in report.findings} <= {"zero_volume", "suspected_ex_right"}
    bars = lake.day("2026-01-27", FULL)
    assert bars.volume.shape == (100, 241)
    day = rows.filter(pa.array(rows["date"].to_numpy().astype("datetime64[D]") == np.datetime64("2026-01-27")))
    assert bars.volume.sum() == pytest.approx(sum(day["volume"].to_pylist()))
    assert np.isnan(bars.adjust_factor).all()
