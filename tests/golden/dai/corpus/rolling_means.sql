-- filters: {"date": ["2024-01-02", "2024-03-05"]}
SELECT instrument,
       m_avg(close, 5) AS mean, m_favg(close, 5) AS exact_mean, m_sum(volume, 5) AS total, m_fsum(turn, 5) AS exact_total,
       m_min(low, 5) AS bottom, m_max(high, 5) AS top, m_median(close, 5) AS middle, m_mode(round(close), 5) AS usual,
       m_mad(close, 5) AS deviation, m_product(1 + change_ratio, 5) AS growth, m_count(close, 20) AS n
FROM cn_stock_bar1d
QUALIFY date = '2024-02-07'
ORDER BY instrument
