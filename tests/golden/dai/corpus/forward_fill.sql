-- filters: {"date": ["2024-01-29", "2024-02-06"]}
SELECT date, instrument, last(COLUMNS('^(close|turn)$') IGNORE NULLS) OVER (PARTITION BY instrument ORDER BY date) AS 'columns(*)'
FROM cn_stock_bar1d
WHERE instrument = '300750.SZ'
ORDER BY date
