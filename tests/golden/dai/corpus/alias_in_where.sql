-- filters: {"date": ["2024-02-26", "2024-03-05"]}
SELECT date, instrument, open / pre_close - 1 AS gap
FROM cn_stock_bar1d
WHERE gap > 0.02 OR gap < -0.02
ORDER BY gap
