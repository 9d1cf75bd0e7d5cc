-- filters: {"date": ["2024-03-05", "2024-03-05"]}
SELECT * EXCLUDE (name, adjust_factor, deal_number, upper_limit, lower_limit, pre_close) REPLACE (round(amount / 1e6, 3) AS amount),
       c_rank(close) AS place
FROM cn_stock_bar1d
ORDER BY place
