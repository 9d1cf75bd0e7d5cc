-- filters: {"date": ["2024-01-02", "2024-03-05"]}
SELECT strftime(date, '%Y-%m') AS month, instrument, count(*) FILTER (WHERE change_ratio > 0) AS rises, count(*) AS days
FROM cn_stock_bar1d
GROUP BY month, instrument
HAVING days > 10
ORDER BY month, rises DESC, instrument
