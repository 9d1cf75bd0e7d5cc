-- filters: {"date": ["2024-02-28", "2024-03-05"]}
SELECT instrument, array_agg(close) AS closes, list_transform(closes, x -> round(x / closes[1] - 1, 4)) AS path,
       [x FOR x IN closes IF x > closes[1]] AS above, {'first': closes[1], 'last': closes[-1]} AS ends
FROM cn_stock_bar1d
GROUP BY instrument
ORDER BY instrument
