-- filters: {"date": ["2024-01-02", "2024-03-05"]}
SELECT instrument, nanavg(turn) AS mean, nanmean(turn) AS same, nanstd(turn) AS spread, nanstd_samp(turn) AS samp,
       nanstd_pop(turn) AS pop, nanvar(turn) AS var, nanvar_samp(turn) AS var_s, nanvar_pop(turn) AS var_p
FROM cn_stock_bar1d
GROUP BY instrument
ORDER BY instrument
