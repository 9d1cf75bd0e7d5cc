-- filters: {"date": ["2024-02-02", "2024-02-02"]}
SELECT instrument, amount / volume AS vwap, close / 0 AS nothing, 5 % 0 AS no_rest, 7 // 0 AS no_part, (volume == 0) AS still, 2 ** 3 AS eight, 2 ^ 3 AS eight_too
FROM cn_stock_bar1d
ORDER BY instrument
