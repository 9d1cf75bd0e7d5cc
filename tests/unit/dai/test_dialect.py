"""Aggregates that depend on the order of rows get the order of time, and nothing else is touched."""

import pytest

from dripstone.dai.dialect import translate
from dripstone.dai.script import read_script

COLUMNS = {
    "bars": ["date", "instrument", "volume", "close", "name"],
    "names": ["instrument", "name"],
    "days": ["date", "open_day"],
}


def translated(sql: str) -> str:
    (statement,) = read_script(sql).statements
    return translate(statement, COLUMNS).text


@pytest.mark.parametrize(
    ("sql", "want"),
    [
        ("SELECT array_agg(volume) FROM bars", 'SELECT array_agg(volume ORDER BY "bars"."date") FROM bars'),
        (
            "select LIST( abs(b.volume) ) filter (where b.close > 1) from bars b",
            'select LIST( abs(b.volume)  ORDER BY "b"."date") filter (where b.close > 1) from bars b',
        ),
        (
            "SELECT first(open), LAST(b.close) FROM bars b GROUP BY name",
            'SELECT first(open ORDER BY "b"."date"), LAST(b.close ORDER BY "b"."date") FROM bars b GROUP BY name',
        ),
        (
            "SELECT array_agg(volume) FROM bars JOIN days USING (date)",
            'SELECT array_agg(volume ORDER BY "bars"."date") FROM bars JOIN days USING (date)',
        ),
        (
            "WITH p AS (SELECT *, volume * 2 AS twice FROM bars) SELECT array_agg(p.twice) FROM p",
            'WITH p AS (SELECT *, volume * 2 AS twice FROM bars) SELECT array_agg(p.twice ORDER BY "p"."date") FROM p',
        ),
        (
            "SELECT list(v) FROM (SELECT date, volume AS v FROM bars UNION ALL FROM days) AS u",
            'SELECT list(v ORDER BY "u"."date") FROM (SELECT date, volume AS v FROM bars UNION ALL FROM days) AS u',
        ),
        (
            "CREATE TABLE x AS SELECT array_agg(volume) AS v FROM bars",
            'CREATE TABLE x AS SELECT array_agg(volume ORDER BY "bars"."date") AS v FROM bars',
        ),
    ],
)
def test_order_of_time_is_put_in(sql: str, want: str) -> None:
    assert translated(sql) == want


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT array_agg(volume ORDER BY close DESC NULLS LAST) FROM bars",
        "SELECT array_agg(DISTINCT name) FROM bars",
        "SELECT array_agg(volume) OVER (PARTITION BY instrument ORDER BY date) FROM bars",
        "SELECT first(close) FILTER (WHERE close > 1) OVER (ORDER BY date) FROM bars",
        "SELECT array_agg(name) FROM names",
        "SELECT array_agg(name) FROM bars, names",
        "SELECT array_agg(b.volume + d.open_day) FROM bars b, days d",
        "SELECT array_agg(v) FROM (SELECT volume AS v FROM bars)",
        "SELECT array_agg(1) FROM bars",
        "SELECT sum(volume) FROM bars, bars",
        "SELECT array_agg(volume) FROM bars, bars",
        "SELECT date FROM bars ORDER BY close",
    ],
)
def test_what_is_ordered_or_has_no_date_is_left_alone(sql: str) -> None:
    assert translated(sql) == sql
