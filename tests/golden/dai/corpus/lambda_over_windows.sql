-- filters: {"date": ["2024-02-05", "2024-03-05"]}
SELECT date, instrument, list_sum(list_transform([m_lag(close, 1), m_lag(close, 2), close], x -> x * x)) AS energy,
       list_filter([m_max(close, 3), m_min(close, 3)], x -> x > 20) AS large
FROM cn_stock_bar1d
QUALIFY date = '2024-03-05'
ORDER BY instrument
