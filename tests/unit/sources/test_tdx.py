"""TDX .lc1 files: 32 bytes a bar."""

import struct
from pathlib import Path

import pytest

from dripstone.errors import DataError
from dripstone.factors.spec import Needs
from dripstone.lake import BarLake, ingest_table
from dripstone.sources import read_files
from dripstone.sources.tdx import read_lc1


def bar(day=(2021, 4, 23), minute=571, prices=(36.71, 37.02, 36.71, 36.8), amount=256647.0, volume=7000) -> bytes:
    year, month, date = day
    return struct.pack("<HHfffffII", (year - 2004) * 2048 + month * 100 + date, minute, *prices, amount, volume, 0)


def test_reads_a_bar(tmp_path: Path):
    path = tmp_path / "sz000001.lc1"
    path.write_bytes(bar() + bar(minute=900, volume=2**32 - 1))
    rows = read_lc1(path).to_pylist()
    assert rows[0]["date"].isoformat() == "2021-04-23T09:31:00"
    assert rows[0] == rows[0] | {"instrument": "000001.SZ", "open": 36.71, "high": 37.02, "low": 36.71, "close": 36.8}
    assert (rows[0]["volume"], rows[0]["amount"]) == (7000, 256647.0)
    assert (rows[1]["date"].hour, rows[1]["volume"]) == (15, 2**32 - 1)


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("sh600519.lc1", b"", "empty"),
        ("sh600519.lc1", bar() + bar()[:20], "truncated"),
        ("sh600519.lc1", bar(day=(2021, 13, 1)), "impossible date"),
        ("sh600519.lc1", bar(day=(2021, 2, 0)), "impossible date"),
        ("index.lc1", bar(), "not an instrument"),
    ],
)
def test_a_damaged_file_is_refused_by_name(tmp_path: Path, name, content, what):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError, match=what) as caught:
        read_lc1(path)
    assert caught.value.fields["path"] == path


def test_a_real_file_goes_into_the_lake(shared_data: Path, tmp_path: Path):
    path = shared_data / "tdx/vipdoc/sh/minline/sh688001.lc1"
    lake = BarLake(tmp_path / "lake")
    pieces = read_files([path], preset="tdx", table="cn_stock_bar1m")
    report = ingest_table(lake, pieces, table="cn_stock_bar1m", source="tdx")
    assert (report.rows, report.days, report.instruments) == (2880, 12, 1)
    assert {finding.kind for finding in report.findings} == {"zero_volume"}
    bars = lake.day("2021-04-23", Needs(fields=("close", "volume", "amount")))
    assert bars.instruments.tolist() == ["688001.SH"]
    oracle = struct.unpack_from("<HHfffffII", path.read_bytes())
    assert bars.close[0, 0] == round(oracle[5], 3)
    assert (bars.volume[0, 0], bars.amount[0, 0]) == (oracle[7], oracle[6])
    assert bars.amount.sum() / bars.volume.sum() == pytest.approx(bars.close.mean(), rel=0.02)
