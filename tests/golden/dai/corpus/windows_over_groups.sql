-- filters: {"date": ["2024-01-02", "2024-03-05"]}
-- A window over sums: turnover of the sector, its mean of five days, and each sector's rank.
SELECT b.date, industry_level1_name AS sector, sum(amount) AS amount,
       m_avg(sum(amount), 5, pb:=industry_level1_name) AS mean_5,
       c_rank(sum(amount), ascending:=false) AS place
FROM cn_stock_bar1d b JOIN cn_stock_industry_component i ON b.date = i.date AND b.instrument = i.instrument
WHERE i.industry = 'sw2021'
GROUP BY b.date, industry_level1_name
QUALIFY b.date = '2024-03-05'
ORDER BY place
