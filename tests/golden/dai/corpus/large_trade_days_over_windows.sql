-- filters: {"date": ["2024-02-19", "2024-03-05"]}
SELECT instrument,
       sum_greatest_k(turn, amount, 8, 3) OVER w AS sum_large, sum_least_k(turn, amount, 8, 3) OVER w AS sum_small,
       avg_greatest_k(turn, amount, 8, 3) OVER w AS avg_large, avg_least_k(turn, amount, 8, 3) OVER w AS avg_small,
       std_samp_greatest_k(turn, amount, 8, 3) OVER w AS s_large, std_samp_least_k(turn, amount, 8, 3) OVER w AS s_small,
       std_pop_greatest_k(turn, amount, 8, 3) OVER w AS p_large, std_pop_least_k(turn, amount, 8, 3) OVER w AS p_small,
       var_samp_greatest_k(turn, amount, 8, 3) OVER w AS vs_large, var_samp_least_k(turn, amount, 8, 3) OVER w AS vs_small,
       var_pop_greatest_k(turn, amount, 8, 3) OVER w AS vp_large, var_pop_least_k(turn, amount, 8, 3) OVER w AS vp_small,
       sum_gl_k_delta(turn, amount, 8, 3) OVER w AS delta, sum_first_k(volume, 3) OVER w AS first_volume, avg_first_k(close, 3) OVER w AS first_close
FROM cn_stock_bar1d
WINDOW w AS (PARTITION BY instrument ORDER BY date)
QUALIFY date = '2024-03-05'
ORDER BY instrument
