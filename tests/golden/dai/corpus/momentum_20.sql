-- filters: {"date": ["2024-01-02", "2024-03-05"]}
-- Twenty-day momentum, ranked within the day.
SELECT date, instrument, close / m_lag(close, 20) - 1 AS momentum, c_pct_rank(momentum) AS score
FROM cn_stock_bar1d
QUALIFY date >= '2024-03-04'
ORDER BY date, instrument
