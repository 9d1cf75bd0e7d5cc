-- filters: {"date": ["2024-01-02", "2024-03-05"]}
SELECT instrument,
       m_stddev(change_ratio, 10) AS risk, m_stddev_samp(change_ratio, 10) AS samp, m_stddev_pop(change_ratio, 10) AS pop,
       m_variance(change_ratio, 10) AS var, m_var_samp(change_ratio, 10) AS var_s, m_var_pop(change_ratio, 10) AS var_p,
       m_skewness(change_ratio, 10) AS skew, m_kurtosis(change_ratio, 10) AS kurt, m_entropy(round(close), 10) AS bits
FROM cn_stock_bar1d
QUALIFY date = '2024-03-05'
ORDER BY instrument
