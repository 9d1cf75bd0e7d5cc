"""What each vendor calls its columns, and in which units and labels it gives them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dripstone.errors import DataError

__all__ = ["INDEX", "PRESETS", "TIME", "Preset", "preset_named"]

TIME = "time"
"""A whole time, or a time of day beside ``date``."""
INDEX = "index"
"""The unnamed first column that pandas writes: the time, where no column is."""

_ALIASES: Mapping[str, str] = {
    **dict.fromkeys(("trade_date", "日期", "交易日期"), "date"),
    **dict.fromkeys(("datetime", "trade_time", "时间", "日期时间", "交易时间"), TIME),
    **dict.fromkeys(("", "unnamed: 0", "__index_level_0__"), INDEX),
    **dict.fromkeys(("code", "ts_code", "stock_code", "代码", "证券代码", "股票代码"), "instrument"),
    **dict.fromkeys(("开盘", "开盘价"), "open"),
    **dict.fromkeys(("最高", "最高价"), "high"),
    **dict.fromkeys(("最低", "最低价"), "low"),
    **dict.fromkeys(("收盘", "收盘价"), "close"),
    **dict.fromkeys(("vol", "成交量"), "volume"),
    **dict.fromkeys(("money", "turnover", "成交额", "成交金额"), "amount"),
    **dict.fromkeys(("复权因子",), "adjust_factor"),
}


@dataclass(frozen=True, slots=True)
class Preset:
    """One vendor's form of minute bars.

    Parameters
    ----------
    name : as on the command line.
    columns : the vendor's names (lower case) that mean something else than the common aliases say.
    shares_per_unit : shares in one unit of volume: 1, or 100 where the vendor counts lots.
    auction_at_open : the bar labelled 09:30 is the opening auction (09:25 here).
    epoch : integer times are milliseconds since 1970, UTC.
    reference : the reference tables come in this form as well.
    """

    name: str
    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    shares_per_unit: int = 1
    auction_at_open: bool = False
    epoch: bool = False
    reference: bool = False

    def target(self, column: str) -> str:
        """Our name for a vendor's column."""
        plain = column.strip().lower()
        return self.columns.get(plain, _ALIASES.get(plain, plain))


PRESETS: Mapping[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset("bigquant", reference=True),
        Preset("qmt", shares_per_unit=100, auction_at_open=True, epoch=True),
        Preset("joinquant", {"factor": "adjust_factor"}, auction_at_open=True),
        Preset("tushare", auction_at_open=True),
        Preset("tdx"),
    )
}
"""The vendors' forms by name; ``docs/data.md`` has them as a table, with what each fact rests on."""


def preset_named(name: str) -> Preset:
    """The preset of that name.

    Raises
    ------
    DataError : there is none.
    """
    if name not in PRESETS:
        raise DataError("unknown preset", seen=name, expected="one of " + ", ".join(PRESETS))
    return PRESETS[name]
