-- filters: {"date": ["2024-03-05", "2024-03-05"]}
FROM (UNPIVOT (SELECT instrument, open, close FROM cn_stock_bar1d) ON open, close INTO NAME field VALUE price)
ORDER BY instrument, field
