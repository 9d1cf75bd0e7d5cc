-- filters: {"date": ["2024-01-02", "2024-03-05"]}
SELECT date, instrument, m_avg(doubled(close), 3) / m_avg(close, 3) AS two FROM cn_stock_bar1d QUALIFY date = '2024-03-05' ORDER BY instrument
