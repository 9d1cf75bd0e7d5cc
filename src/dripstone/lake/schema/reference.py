"""Reference tables: what is known of instruments, indices and days beside their bars."""

from dripstone.lake.schema.spec import COUNT, KEY, NUMBER, TEXT, TIME, Column, TableSpec, must, numbers, texts

__all__ = ["REFERENCE_TABLES"]

_RAW = "yuan, unadjusted"
_INDEX = must("instrument", TEXT, "the index, such as 000300.SH")
_MEMBER = must("member_code", TEXT, "code such as 600519.SH")


def _calendar(name: str, about: str) -> TableSpec:
    return TableSpec(
        name,
        (must("date", TIME, "day"), must("market_code", TEXT, "CN")),
        about=about,
        key=("market_code", "date"),
        dates="day",
    )


def _industry_levels() -> tuple[Column, ...]:
    return texts(*(f"industry_level{level}_{what}" for level in (1, 2, 3) for what in ("code", "name")))


REFERENCE_TABLES: tuple[TableSpec, ...] = (
    TableSpec(
        "cn_stock_valuation",
        (
            *KEY,
            must("total_market_cap", NUMBER, "yuan"),
            must("float_market_cap", NUMBER, "yuan"),
            *numbers("fraction", "dividend_yield_ratio"),
            *numbers("1", "pe_ttm", "pe_leading", "pe_trailing", "pb", "ps_ttm", "ps_leading", "ps_trailing"),
            *numbers("1", "pcf_net_ttm", "pcf_net_leading", "pcf_op_ttm", "pcf_op_leading"),
        ),
        about="market value and its ratios to results",
    ),
    TableSpec(
        "cn_stock_shares",
        (*KEY, *numbers("shares", "total_shares", "a_float_shares", "free_float_shares", "total_float_shares")),
        about="shares outstanding",
    ),
    TableSpec(
        "cn_stock_industry_component",
        (
            *KEY,
            must("industry", TEXT, "industry system such as sw2021"),
            *texts("industry_name", "industry_instrument"),
            *_industry_levels(),
        ),
        about="industry of each instrument, one row a system",
        key=("instrument", "date", "industry"),
    ),
    TableSpec(
        "cn_stock_index_component",
        (KEY[0], _INDEX, Column("name", TEXT), _MEMBER, Column("member_name", TEXT)),
        about="members of each index",
        key=("instrument", "date", "member_code"),
    ),
    TableSpec(
        "cn_stock_index_weight",
        (
            KEY[0],
            _INDEX,
            Column("name", TEXT),
            _MEMBER,
            Column("member_name", TEXT),
            Column("weight", NUMBER, "fraction"),
        ),
        about="members of each index with their weights",
        key=("instrument", "date", "member_code"),
    ),
    TableSpec(
        "cn_stock_status",
        (
            *KEY,
            must("st_status", COUNT, "0, 1 ST, 2 *ST"),
            Column("is_risk_warning", COUNT, "0 or 1"),
            must("suspended", COUNT, "0 or 1"),
            Column("price_limit_status", COUNT, "1 at the lower limit, 2 at none, 3 at the upper"),
            Column("exdr", COUNT, "0 or 1"),
        ),
        about="warnings, suspensions and limits",
    ),
    TableSpec(
        "cn_stock_instruments",
        (*KEY, must("name", TEXT), Column("type", TEXT)),
        about="the instruments of each day",
    ),
    TableSpec(
        "cn_stock_basic_info",
        (
            *KEY,
            *texts("name", "full_name", "en_name", "used_name", "instrument_b", "name_b", "instrument_hk", "name_hk"),
            Column("exchange", TEXT),
            Column("list_sector", COUNT, "1 main board, 2 ChiNext, 3 STAR, 4 Beijing"),
            *texts("security_type", "industry", "office_addr", "regster_addr"),
            *numbers("10,000 yuan", "register_captial"),
            *numbers("people", "nums_employees", "nums_managers"),
            *texts("law_firm", "account_firm", "profile"),
            Column("estab_date", TIME),
            must("list_date", TIME),
            Column("delist_date", TIME, "known only afterwards: never an input of a factor"),
            Column("online_list", TIME),
            *numbers("yuan", "ipo_price"),
            *numbers("shares", "ipo_nums"),
            *numbers("1", "ipo_pe"),
            *numbers("yuan", "ipo_parvalue", "net_amount_funds"),
            *numbers("", "offline_dtor", "dtor"),
            *numbers("yuan", "f_open", "f_high", "f_close"),
            *numbers("percent", "f_turnover"),
            *texts("corp_nature", "corp_scale"),
        ),
        about="the company behind each instrument, as known now",
        dateless=True,
    ),
    TableSpec(
        "cn_stock_limit_price",
        (*KEY, must("upper_limit", NUMBER, _RAW), must("lower_limit", NUMBER, _RAW)),
        about="price limits of the day",
    ),
    _calendar("all_trading_days", "days on which the exchanges are open"),
    _calendar("trading_days", "days on which the exchanges are open"),
    _calendar("holidays", "weekdays on which the exchanges are closed"),
)
