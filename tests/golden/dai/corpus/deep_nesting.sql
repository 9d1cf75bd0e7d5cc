-- filters: {"date": ["2024-01-02", "2024-03-05"]}
SELECT date, instrument,
       c_pct_rank(m_decay_linear(m_rank(m_corr(m_avg(volume, 3), low, 4), 3), 3))
       - c_pct_rank(m_delta(m_max(m_min(c_pct_rank(close), 3), 3), 2)) AS alpha
FROM cn_stock_bar1d
QUALIFY date = '2024-03-05'
ORDER BY alpha, instrument
