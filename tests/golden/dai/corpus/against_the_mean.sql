-- filters: {"date": ["2024-03-05", "2024-03-05"]}
SELECT o.instrument, o.close, (SELECT avg(i.close) FROM cn_stock_bar1d i WHERE i.date = o.date) AS mean
FROM cn_stock_bar1d o
WHERE o.close > mean
ORDER BY o.instrument
