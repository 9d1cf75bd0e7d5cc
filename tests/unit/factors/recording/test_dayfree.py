import pytest

from dripstone.errors import FactorError
from dripstone.factors.recording.crossing import crossings
from dripstone.factors.recording.dayfree import without_dates, without_universe
from dripstone.factors.recording.outline import Outline

BARS = "SELECT date::DATE AS date, instrument, max(close) AS x FROM cn_stock_bar1m WHERE {} GROUP BY 1, 2"


@pytest.mark.parametrize(
    ("where", "left"),
    [
        ("date >= '2024-01-01' AND date <= '2024-01-31 23:59:59'", "TRUE AND TRUE"),
        ("date BETWEEN '2024-01-01' AND '2024-01-31' AND date::TIME > '09:30'", "TRUE AND date::TIME > '09:30'"),
        ("date >= TIMESTAMP '2024-01-01 09:30:00' /* from */", "TRUE /* from */"),
        ("CAST(date AS DATE) >= CAST('2024-01-01' AS DATE)", "TRUE"),
        ("(date >= '20240101' AND instrument = 'x')", "(TRUE AND instrument = 'x')"),
        ("(date = '2024-01-02' OR date = '2024-01-03') AND close > 1", "(TRUE) AND close > 1"),
        ("date IN ('2024-01-02', '2024-01-03')", "TRUE"),
        ("'2024-01-31'::TIMESTAMP >= date", "TRUE"),
        ("year(date) = 2024 AND month(date) IN (1, 2)", "TRUE AND TRUE"),
        ("strftime(date, '%Y-%m-%d') >= '2024-01-01'", "TRUE"),
        ("date_trunc('month', date) = DATE '2024-01-01'", "TRUE"),
    ],
)
def test_predicates_on_the_day_are_lifted(where: str, left: str) -> None:
    free = without_dates(BARS.format(where), {}, {})
    assert free.sql == BARS.format(left)
    assert not free.single_day


@pytest.mark.parametrize(
    "where",
    [
        "date::TIME > '09:30'",
        "strftime(date, '%H%M') >= '0931'",
        "extract(hour FROM date) * 100 + extract(minute FROM date) >= 935",
        "date = (SELECT max(date) FROM cn_stock_bar1m)",
        "dayofweek(date) = 1",
        "close > 5 AND instrument LIKE '%SH'",
        "date = listed_on",
    ],
)
def test_other_predicates_stay(where: str) -> None:
    assert without_dates(BARS.format(where), {}, {}).sql == BARS.format(where)


def test_a_day_under_another_name_is_followed() -> None:
    sql = "WITH a AS (SELECT date::DATE AS d, date::TIME AS t FROM cn_stock_bar1m) SELECT d FROM a WHERE {}"
    free = without_dates(sql.format("d >= '2024-01-01' AND t > '09:30'"), {}, {})
    assert free.sql == sql.format("TRUE AND t > '09:30'")


def test_one_day_keeps_its_times_and_loses_its_date() -> None:
    sql = "SELECT DATE '2024-01-02' AS date, '2024-01-02' AS text FROM cn_stock_bar1m WHERE {}"
    free = without_dates(sql.format("date > '2024-01-02 09:31:00' AND date < '2024-01-03'"), {}, {})
    assert free.single_day
    assert free.sql == (
        "SELECT CAST($trading_day AS DATE) AS date, $trading_day AS text FROM cn_stock_bar1m "
        "WHERE date::TIME > '09:31:00' AND TRUE"
    )


def test_filters() -> None:
    sql = "SELECT date, instrument, close FROM cn_stock_bar1m"
    month = without_dates(sql, {"date": ["2024-01-01", "2024-01-31"], "instrument": ["x"]}, {})
    assert (month.single_day, month.session, month.filters) == (False, ("09:25", "15:00"), {"instrument": ("x",)})
    day = without_dates(sql, {"date": ["2024-01-02 09:30:00", "2024-01-02 14:57:00"]}, {})
    assert (day.single_day, day.session, day.sql) == (True, ("09:31", "14:57"), sql)
    assert without_dates(sql, {"date": ["2024-01-02"]}, {}).session == ("09:25", "15:00")
    with pytest.raises(FactorError, match="no date"):
        without_dates(sql, {"date": ["soon", "later"]}, {})
    with pytest.raises(FactorError, match="leaves no minute"):
        without_dates(sql, {"date": ["2024-01-02 11:40:00", "2024-01-02 12:00:00"]}, {})


def test_params_that_are_dates_go_and_others_stay() -> None:
    sql = BARS.format("date >= $start AND date <= $end AND close > $floor")
    free = without_dates(sql, {}, {"start": "2024-01-01", "end": "2024-02-01", "floor": 3, "unused": 1})
    assert free.params == {"floor": 3}
    assert free.sql == BARS.format("TRUE AND TRUE AND close > $floor")


def test_a_date_that_cannot_be_taken_out_is_refused() -> None:
    with pytest.raises(FactorError, match="could not be taken out"):
        without_dates(BARS.format("date >= CURRENT_DATE - INTERVAL 30 DAY"), {}, {})


def test_lists_of_instruments() -> None:
    assert without_universe(BARS.format("instrument IN ('a', 'b') AND close IN (1, 2)")) == BARS.format(
        "TRUE AND close IN (1, 2)"
    )


@pytest.mark.parametrize(
    "select",
    [
        "avg(close) OVER (PARTITION BY instrument ORDER BY date ROWS 4 PRECEDING)",
        "lag(close) OVER (PARTITION BY instrument ORDER BY date)",
        "sum(close) OVER ()",
        "rank() OVER w",
        "m_avg(close, 5)",
        "m_lag(close, 1, pb:='instrument, t')",
    ],
)
def test_looking_across_days_is_seen(select: str) -> None:
    sql = f"SELECT date, date::TIME AS t, {select} AS y FROM cn_stock_bar1m WINDOW w AS (PARTITION BY instrument)"
    assert crossings(Outline(sql))


@pytest.mark.parametrize(
    "select",
    [
        "lag(close) OVER (PARTITION BY date::DATE, instrument ORDER BY date)",
        "rank() OVER (PARTITION BY date ORDER BY close)",
        "rank() OVER w",
        "m_avg(close, 5, pb:='d, instrument')",
        "m_avg(close, 5, pb:=d)",
        "c_rank(close)",
    ],
)
def test_windows_within_the_day_are_not(select: str) -> None:
    sql = f"SELECT date::DATE AS d, {select} AS y FROM cn_stock_bar1m WINDOW w AS (PARTITION BY d, instrument)"
    assert not crossings(Outline(sql))


def test_a_join_with_an_offset_is_seen() -> None:
    assert crossings(Outline("SELECT a.date FROM t a JOIN t b ON a.date = b.date + INTERVAL 1 DAY"))
    assert not crossings(Outline("SELECT a.date FROM t a JOIN t b ON a.date::DATE = b.date"))


def test_fields_and_tables() -> None:
    outline = Outline(
        "WITH a AS (SELECT *, close * 2 AS c FROM cn_stock_bar1d) SELECT high, count(*) FROM a JOIN b USING (x)"
    )
    assert set(outline.tables) == {"cn_stock_bar1d", "b"}
    assert outline.fields == ("high", "close")
    assert Outline("SELECT * FROM cn_stock_bar1m").fields[0] == "open"
    assert Outline("SELECT count(*) FROM cn_stock_bar1m").fields == ("close",)
