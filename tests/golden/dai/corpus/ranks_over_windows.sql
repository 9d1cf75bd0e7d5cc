-- filters: {"date": ["2024-02-01", "2024-02-02"]}
-- A NULL has no rank and does not count.
SELECT date, instrument,
       rank() OVER (PARTITION BY date ORDER BY close) AS placed,
       percent_rank() OVER (PARTITION BY date ORDER BY close) AS share,
       rank() OVER w AS down
FROM cn_stock_bar1d
WINDOW w AS (PARTITION BY date ORDER BY turn DESC)
ORDER BY date, instrument
