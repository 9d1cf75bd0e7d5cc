-- filters: {"date": ["2024-03-01", "2024-03-05"]}
SELECT date, instrument, open, close, high, low, volume, m_lag(close, 1) AS before FROM cn_stock_real_bar1d ORDER BY date, instrument
