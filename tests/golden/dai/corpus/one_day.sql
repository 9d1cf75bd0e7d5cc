-- filters: {"date": ["2024-03-05"]}
SELECT date, instrument, close, m_lag(close, 1) AS nothing_before FROM cn_stock_bar1d ORDER BY instrument
