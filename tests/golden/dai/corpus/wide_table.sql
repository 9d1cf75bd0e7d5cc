-- filters: {"date": ["2024-02-28", "2024-03-05"]}
FROM (PIVOT cn_stock_bar1d ON instrument USING first(close) GROUP BY date) ORDER BY date
