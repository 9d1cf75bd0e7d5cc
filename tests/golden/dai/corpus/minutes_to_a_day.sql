-- filters: {"date": ["2024-03-01 00:00:00", "2024-03-05 23:59:59"]}
SELECT date::DATE AS day, instrument, sum(amount) / sum(volume) AS vwap,
       sum(volume) FILTER (WHERE date::TIME >= '14:30') / sum(volume) AS late, m_delta(vwap, 1, ob:=day) AS move
FROM cn_stock_bar1m
GROUP BY ALL
ORDER BY day, instrument
