-- Queries in the platform's SQL, and under each (is) the same by hand in DuckDB's, one derived table a step.
-- $RANK: the rank of close among the day's rows that have one, AS r; $LAG_RANK: that of l.
-- $RANKED: bars with r; $LAGGED: bars with l, the close of the row before.

SELECT DISTINCT date, c_avg(c_rank(close)) AS f FROM bars
-- is
SELECT DISTINCT date, avg(r) OVER (PARTITION BY date) AS f FROM $RANKED
;
SELECT close, sum(m_lag(close, 1)) OVER w AS f FROM bars WINDOW w AS (PARTITION BY date)
-- is
SELECT close, sum(l) OVER (PARTITION BY date) AS f FROM $LAGGED
;
SELECT list_transform([open], x -> x + c_avg(c_rank(close)) * open) AS f FROM bars
-- is
SELECT list_transform([open], x -> x + a * open) AS f FROM (SELECT *, avg(r) OVER (PARTITION BY date) AS a FROM
    $RANKED)
;
SELECT [x + c_avg(c_rank(close)) FOR x IN [open, close] IF x > 2] AS f FROM bars
-- is
SELECT [x + a FOR x IN [open, close] IF x > 2] AS f FROM (SELECT *, avg(r) OVER (PARTITION BY date) AS a FROM
    $RANKED)
;
SELECT (SELECT max(cap) FROM caps c WHERE c.date = bars.date) + c_avg(c_rank(close)) AS f FROM bars
-- is
SELECT (SELECT max(cap) FROM caps c WHERE c.date = b.date) + a AS f FROM (SELECT *, avg(r) OVER (PARTITION BY date)
    AS a FROM $RANKED) AS b
;
SELECT c_avg(c_rank(close)) AS f FROM bars WHERE instrument IN (SELECT instrument FROM caps WHERE cap > 700)
-- is
SELECT avg(r) OVER (PARTITION BY date) AS f FROM (SELECT *, $RANK FROM bars WHERE instrument IN (SELECT instrument
    FROM caps WHERE cap > 700))
;
SELECT date, {'a': close} AS s, c_rank(s.a + m_lag(open, 1)) AS f, f IN (1, 2) AS low FROM bars
-- is
SELECT date, s, r AS f, r IN (1, 2) AS low FROM (SELECT date, {'a': c} AS s, $RANK FROM (SELECT date, close AS c,
    close + lag(open) OVER (PARTITION BY instrument ORDER BY date) AS close FROM bars))
;
SELECT sector, sum(close) AS v, c_rank(v / sum(v) OVER (), pb:=NULL) AS f FROM bars GROUP BY sector
-- is
SELECT sector, v, rank() OVER (ORDER BY v)::DOUBLE AS f FROM (SELECT sector, sum(close) AS v FROM bars GROUP BY
    sector)
;
SELECT date::DATE AS date, sum(open) AS open, m_lag(open, 1, pb:=NULL) AS f FROM bars GROUP BY date::DATE
-- is
SELECT date, open, lag(open) OVER (ORDER BY date) AS f FROM (SELECT date::DATE AS date, sum(open) AS open FROM bars
    GROUP BY 1)
;
SELECT date, sector, sum(open) AS f, rank() OVER (ORDER BY date) AS r FROM bars GROUP BY ALL
-- is
SELECT *, rank() OVER (ORDER BY date)::DOUBLE AS r FROM (SELECT date, sector, sum(open) AS f FROM bars GROUP BY 1,
    2)
;
SELECT date, sum(open) AS v, m_delta(v, 1, pb:=NULL) AS d, c_avg(d, pb:=NULL) AS f FROM bars GROUP BY ROLLUP (date)
    HAVING v > 20
-- is
SELECT date, v, d, avg(d) OVER () AS f FROM (SELECT *, v - lag(v) OVER (ORDER BY date) AS d FROM (SELECT date,
    sum(open) AS v FROM bars GROUP BY ROLLUP (date) HAVING sum(open) > 20))
;
WITH a AS (SELECT date, c_rank(m_lag(close, 1)) AS f FROM bars) SELECT date, avg(f) AS f FROM a GROUP BY 1
-- is
WITH a AS (SELECT date, $LAG_RANK FROM $LAGGED) SELECT date, avg(r) AS f FROM a GROUP BY 1
;
SELECT date FROM bars WHERE open < (SELECT max(f) FROM (SELECT c_avg(c_rank(close)) AS f FROM bars))
-- is
SELECT date FROM bars WHERE open < (SELECT max(f) FROM (SELECT avg(r) OVER (PARTITION BY date) AS f FROM $RANKED))
;
SELECT (SELECT max(f) FROM (SELECT c_rank(m_lag(cap, 1)) + b.open AS f FROM caps)) AS f FROM bars AS b
-- is
SELECT open + (SELECT max(r) FROM (SELECT $LAG_RANK FROM (SELECT *, lag(cap) OVER (PARTITION BY instrument ORDER BY
    date) AS l FROM caps))) AS f FROM bars
;
SELECT date, instrument, close FROM bars ORDER BY date, close DESC, instrument LIMIT 2 BY date
-- is
SELECT date, instrument, close FROM bars QUALIFY row_number() OVER (PARTITION BY date ORDER BY date, close DESC,
    instrument) <= 2
;
SELECT date, instrument, c_rank(m_lag(close, 1)) AS f FROM bars ORDER BY f DESC, instrument LIMIT 2 BY date
-- is
SELECT date, instrument, r AS f FROM (SELECT *, $LAG_RANK FROM $LAGGED) QUALIFY row_number() OVER (PARTITION BY
    date ORDER BY r DESC, instrument) <= 2
;
SELECT * FROM bars QUALIFY close > 3
-- is
SELECT * FROM bars WHERE close > 3
;
SELECT * FROM bars QUALIFY COLUMNS(*) IS NOT NULL
-- is
SELECT * FROM bars WHERE close IS NOT NULL
;
SELECT date, m_lag(close, 1) AS l, NULL AS _n FROM bars QUALIFY COLUMNS(*) IS NOT NULL AND date > '2024-01-04'
-- is
SELECT date, l FROM $LAGGED WHERE l IS NOT NULL AND date > '2024-01-04'
;
SELECT *, m_lag(open, 1) AS l FROM (PIVOT bars ON sector USING sum(close) GROUP BY date, instrument, open) QUALIFY
    COLUMNS(*) IS NOT NULL
-- is
SELECT * FROM (SELECT *, lag(open) OVER (PARTITION BY instrument ORDER BY date) AS l FROM (PIVOT bars ON sector
    USING sum(close) GROUP BY date, instrument, open)) WHERE COLUMNS(*) IS NOT NULL
;
SELECT * FROM (SELECT date, close AS _x FROM bars) UNION ALL SELECT date FROM caps
-- is
SELECT date FROM bars UNION ALL SELECT date FROM caps
;
SELECT last(COLUMNS(['close', 'open']) IGNORE NULLS) OVER (PARTITION BY instrument ORDER BY date) AS 'columns(*)_f'
    FROM bars
-- is
SELECT last(close IGNORE NULLS) OVER (PARTITION BY instrument ORDER BY date) AS close_f, last(open) OVER (PARTITION
    BY instrument ORDER BY date) AS open_f FROM bars
;
SELECT b.date, cap FROM bars AS b PRUNE JOIN caps USING (date, instrument)
-- is
SELECT b.date, cap FROM bars AS b JOIN caps USING (date, instrument)
;
