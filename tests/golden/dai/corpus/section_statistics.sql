-- filters: {"date": ["2024-02-05", "2024-02-08"]}
SELECT DISTINCT ON (date) date,
       c_avg(close) AS mean, c_sum(volume) AS total, c_count(close) AS n, c_std(change_ratio) AS spread,
       c_var(change_ratio) AS variance, c_median(close) AS middle, c_mad(close) AS deviation,
       c_max(high) AS top, c_min(low) AS bottom,
       c_quantile_cont(close, 0.25) AS quarter, c_quantile_disc(close, 0.25) AS quarter_value
FROM cn_stock_bar1d
ORDER BY date
