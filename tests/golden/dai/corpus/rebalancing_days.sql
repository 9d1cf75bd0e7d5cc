-- filters: {"date": ["2024-01-02", "2024-03-05"]}
WITH months AS (
    SELECT date, lead(date_trunc('month', date)) OVER (ORDER BY date) AS next_month FROM (SELECT DISTINCT date FROM cn_stock_bar1d)
)
SELECT date FROM months WHERE next_month IS DISTINCT FROM date_trunc('month', date) ORDER BY date
