SELECT instrument, date::DATE AS date, first(open) AS open, last(close) AS close, max(close) AS high,
       list(volume) FILTER (WHERE volume >= $least) AS large
FROM cn_stock_bar1m
GROUP BY ALL
ORDER BY instrument, date
