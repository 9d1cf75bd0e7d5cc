-- filters: {"date": ["2024-02-28", "2024-03-05"]}
SELECT instrument, list(close ORDER BY date)[1] AS first, array_agg(close)[-1] AS last, ARRAY[first, last] AS ends,
       last / first - 1 AS gain, c_rank(last / first, pb:=1, ascending:=false) AS place
FROM cn_stock_bar1d
GROUP BY instrument
ORDER BY instrument
