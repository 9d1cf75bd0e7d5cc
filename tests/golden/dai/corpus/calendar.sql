SELECT count(*) AS days, min(date) AS first, max(date) AS last
FROM all_trading_days
WHERE date BETWEEN '2024-02-01' AND '2024-02-29' AND market_code = 'CN'
