-- filters: {"date": ["2024-01-02", "2024-03-05"]}
-- The approximate ones are only held within their window.
SELECT instrument,
       m_quantile(close, 0.2, 8) AS low_value, m_quantile_disc(close, 0.2, 8) AS same, m_quantile_cont(close, 0.2, 8) AS between,
       m_approx_quantile(close, 0.5, 8) BETWEEN m_min(close, 8) AND m_max(close, 8) AS digest_inside,
       m_reservoir_quantile(close, 0.5, 100, 8) BETWEEN m_min(close, 8) AND m_max(close, 8) AS sample_inside,
       m_approx_count_distinct(round(close), 8) >= 1 AS some
FROM cn_stock_bar1d
QUALIFY date = '2024-03-05'
ORDER BY instrument
