-- filters: {"date": ["2024-01-02", "2024-03-05"]}
SELECT date, instrument, m_sum(volume, 4.6911) AS volume_4, m_decay_linear(close, 3.51) AS decayed
FROM cn_stock_bar1d
QUALIFY date = '2024-03-05'
ORDER BY instrument
