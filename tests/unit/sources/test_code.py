"""Instrument codes of the vendors."""

import pytest

from dripstone.sources.code import instrument_code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("600519.SH", "600519.SH"),
        ("600519.XSHG", "600519.SH"),
        ("000001.XSHE", "000001.SZ"),
        ("600519.SS", "600519.SH"),
        ("sh600519", "600519.SH"),
        ("SZ000001", "000001.SZ"),
        ("SH#688001", "688001.SH"),
        ("SHSE.600519", "600519.SH"),
        ("SZSE.300750", "300750.SZ"),
        ("bj920001", "920001.BJ"),
        (" 600519.sh ", "600519.SH"),
        ("600519", "600519.SH"),
        ("000001", "000001.SZ"),
        ("300750", "300750.SZ"),
        ("830799", "830799.BJ"),
        ("920001", "920001.BJ"),
        ("900901", "900901.SH"),
        ("510300", None),
        ("519", None),
        ("600519.HK", None),
        ("", None),
    ],
)
def test_one_form_for_all(text, code):
    assert instrument_code(text) == code
