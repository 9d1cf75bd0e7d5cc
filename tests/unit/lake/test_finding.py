"""What the lake accepts and reports."""

import numpy as np
import pyarrow as pa

from dripstone.lake import ingest_table
from dripstone.market.session import SESSION

BARS = "cn_stock_bar1m"
MONDAY, TUESDAY = "2026-01-05", "2026-01-06"


def found(lake, rows):
    return {f.kind: f for f in ingest_table(lake, rows, table=BARS, source="test").findings}


def test_a_full_grid_has_nothing_to_report(lake, make_bars):
    assert found(lake, make_bars()) == {}


def test_missing_minutes_name_the_instrument_that_lacks_most(lake, make_bars):
    bars = make_bars(days=[MONDAY])
    keep = np.ones(len(bars), bool)
    keep[[5, 300, 301]] = False
    finding = found(lake, bars.filter(pa.array(keep)))["missing_minutes"]
    assert (str(finding.date), finding.instrument, finding.count) == (MONDAY, "600519.SH", 3)
    assert "instruments: 2" in finding.detail


def test_a_partial_day_names_the_minutes_that_nobody_has(lake, make_bars):
    finding = found(lake, make_bars(days=[MONDAY], minutes=SESSION[SESSION < 691]))["partial_day"]
    assert finding.count == 120
    assert "13:01..15:00" in finding.detail


def test_no_opening_auction_is_no_partial_day(lake, make_bars):
    assert found(lake, make_bars(days=[MONDAY], minutes=SESSION[1:])) == {}


def test_zero_volume_counts_but_not_in_the_closing_auction(lake, make_bars):
    volume = np.full(482, 100)
    volume[[3, 4, 238, 239]] = 0
    finding = found(lake, make_bars(days=[MONDAY], volume=volume, amount=volume * 10.0))["zero_volume"]
    assert (finding.instrument, finding.count) == ("000001.SZ", 2)


def test_lots_instead_of_shares_are_suspected(lake, make_bars):
    shares = make_bars(days=[MONDAY])["volume"].to_numpy()
    finding = found(lake, make_bars(days=[MONDAY], volume=shares // 100))["suspected_unit"]
    assert finding.count == 482


def ex_right(make_bars, *, ratio, factor=None):
    """Two instruments over two days; the second opens at ratio times its price on the second day."""
    bars = make_bars(days=[MONDAY, TUESDAY])
    scale = np.where(np.arange(len(bars)) >= 3 * 241, ratio, 1.0)
    prices = {name: bars[name].to_numpy() * scale for name in ("open", "high", "low", "close", "amount")}
    if factor is not None:
        prices["adjust_factor"] = factor / scale
    return make_bars(days=[MONDAY, TUESDAY], **prices)


def test_a_gap_beyond_the_limit_without_adjust_factor_is_suspected(lake, make_bars):
    finding = found(lake, ex_right(make_bars, ratio=0.8))["suspected_ex_right"]
    assert (str(finding.date), finding.instrument, finding.count) == (TUESDAY, "600519.SH", 1)
    assert "-2" in finding.detail


def test_a_gap_within_the_limit_or_with_adjust_factor_is_not(lake, make_bars):
    assert "suspected_ex_right" not in found(lake, ex_right(make_bars, ratio=0.95))
    assert "suspected_ex_right" not in found(lake, ex_right(make_bars, ratio=0.8, factor=2.0))


def test_the_day_before_may_be_in_the_lake_already(lake, make_bars):
    bars = ex_right(make_bars, ratio=0.8)
    days = bars["date"].to_numpy().astype("datetime64[D]")
    assert found(lake, bars.filter(pa.array(days == np.datetime64(MONDAY)))) == {}
    assert "suspected_ex_right" in found(lake, bars.filter(pa.array(days == np.datetime64(TUESDAY))))


def test_a_note_of_the_source_is_passed_on_once(lake, make_bars):
    batches = [make_bars([code]).replace_schema_metadata({"note": "moved"}) for code in ("000001.SZ", "000002.SZ")]
    report = ingest_table(lake, batches, table=BARS, source="test")
    assert [(f.kind, f.date, f.detail) for f in report.findings] == [("source_note", None, "moved")]
