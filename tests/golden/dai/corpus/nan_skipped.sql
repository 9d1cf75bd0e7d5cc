-- filters: {"date": ["2024-01-02", "2024-03-05"]}
-- Suspended days are left out of these; m_avg is NULL as long as one is in the window.
SELECT date, m_avg(turn, 5) AS strict,
       m_nanavg(turn, 5) AS mean, m_nanstd(turn, 5) AS spread, m_nanstd_samp(turn, 5) AS samp, m_nanstd_pop(turn, 5) AS pop,
       m_nanvar(turn, 5) AS var, m_nanvar_samp(turn, 5) AS var_s, m_nanvar_pop(turn, 5) AS var_p
FROM cn_stock_bar1d
WHERE instrument = '300750.SZ'
QUALIFY date BETWEEN '2024-01-30' AND '2024-02-08'
ORDER BY date
