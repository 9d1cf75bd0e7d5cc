-- filters: {"date": ["2024-01-02", "2024-03-05"]}
SELECT date, nanavg(turn) OVER w AS mean, nanmean(turn) OVER w AS same, nanstd(turn) OVER w AS spread,
       nanstd_samp(turn) OVER w AS samp, nanstd_pop(turn) OVER w AS pop, nanvar(turn) OVER w AS var,
       nanvar_samp(turn) OVER w AS var_s, nanvar_pop(turn) OVER w AS var_p
FROM cn_stock_bar1d
WHERE instrument = '300750.SZ'
WINDOW w AS (PARTITION BY instrument ORDER BY date ROWS 4 PRECEDING)
QUALIFY date BETWEEN '2024-01-30' AND '2024-02-05'
ORDER BY date
