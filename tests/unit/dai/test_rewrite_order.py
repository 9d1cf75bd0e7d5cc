"""Aggregates that depend on the order of rows get the order of time; a statement that needs nothing is not touched."""

import pytest

from dripstone.dai.rewrite import translate
from dripstone.dai.script import read_script

COLUMNS = {
    "bars": ["date", "instrument", "volume", "close", "name"],
    "names": ["instrument", "name"],
    "days": ["date", "open_day"],
}


def translated(sql: str) -> str:
    return translate(read_script(sql), COLUMNS).statements[-1].text


@pytest.mark.parametrize(
    ("sql", "want"),
    [
        ("SELECT array_agg(volume) AS v FROM bars", "SELECT array_agg(volume ORDER BY date) AS v FROM bars"),
        (
            "select LIST( abs(b.volume) ) filter (where b.close > 1) as v from bars b",
            "SELECT LIST(abs(b.volume) ORDER BY date) FILTER(WHERE b.close > 1) AS v FROM bars AS b",
        ),
        (
            "SELECT first(open) AS o, LAST(b.close) AS c FROM bars b GROUP BY name",
            "SELECT first(open ORDER BY date) AS o, LAST(b.close ORDER BY date) AS c FROM bars AS b GROUP BY name",
        ),
        (
            "SELECT array_agg(volume) AS v FROM bars JOIN days USING (date)",
            "SELECT array_agg(volume ORDER BY bars.date) AS v FROM bars JOIN days USING (date)",
        ),
        (
            "WITH p AS (SELECT *, volume * 2 AS twice FROM bars) SELECT array_agg(p.twice) AS v FROM p",
            "WITH p AS (SELECT *, volume * 2 AS twice FROM bars) SELECT array_agg(p.twice ORDER BY date) AS v FROM p",
        ),
        (
            "SELECT list(v) AS l FROM (SELECT date, volume AS v FROM bars UNION ALL FROM days) AS u",
            (
                "SELECT list(v ORDER BY date) AS l FROM "
                "(SELECT date, volume AS v FROM bars UNION ALL SELECT * FROM days) AS u"
            ),
        ),
        (
            "CREATE TABLE x AS SELECT array_agg(volume) AS v FROM bars",
            "CREATE TABLE x AS SELECT array_agg(volume ORDER BY date) AS v FROM bars",
        ),
        (
            "CREATE TABLE x AS SELECT *, 1 AS one FROM bars; SELECT list(one) AS v FROM x",
            "SELECT list(one ORDER BY date) AS v FROM x",
        ),
        ("SELECT array_agg(volume) FROM bars", "SELECT array_agg(volume ORDER BY date) AS array_agg(volume) FROM bars"),
    ],
)
def test_order_of_time_is_put_in(sql: str, want: str) -> None:
    assert translated(sql).replace('"', "") == want


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
        "select  Close/volume as r,avg(r) over(partition by DATE) from bars -- as it is written",
    ],
)
def test_what_needs_nothing_goes_on_letter_by_letter(sql: str) -> None:
    assert translated(sql) == sql.partition(" --")[0]
