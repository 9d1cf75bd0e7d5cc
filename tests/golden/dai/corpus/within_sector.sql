-- filters: {"date": ["2024-03-01", "2024-03-05"]}
-- In c_group_* the key comes first, in group_* the value does.
SELECT b.date, b.instrument,
       c_group_avg(industry_level1_code, turn) AS mean,
       c_group_sum(industry_level1_code, volume) AS total,
       c_group_std(industry_level1_code, turn) AS spread,
       c_group_pct_rank(industry_level1_code, turn) AS share,
       c_group_quantile_cont(industry_level1_code, turn, 0.3) AS lower_part,
       c_group_quantile_disc(industry_level1_code, turn, 0.3) AS lower_value,
       group_neutralize(turn, industry_level1_code) AS excess,
       group_rank(turn, industry_level1_code) AS placed,
       group_scale(turn, industry_level1_code) AS scaled,
       group_zscore(turn, industry_level1_code) AS scored,
FROM cn_stock_bar1d b JOIN cn_stock_industry_component i ON b.instrument = i.instrument AND b.date = i.date
WHERE i.industry = 'sw2021'
QUALIFY b.date = '2024-03-05'
ORDER BY b.instrument
