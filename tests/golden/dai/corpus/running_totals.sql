-- filters: {"date": ["2024-02-20", "2024-03-05"]}
SELECT date, m_cumsum(volume) AS total, m_cumprod(1 + change_ratio) AS growth, m_cummax(close) AS top, m_cummin(close) AS bottom,
       cumsum(volume) OVER w AS total_too, cumprod(1 + change_ratio) OVER w AS growth_too,
       cummax(close) OVER w AS top_too, cummin(close) OVER w AS bottom_too, close / m_cummax(close) - 1 AS drawdown
FROM cn_stock_bar1d
WHERE instrument = '600519.SH'
WINDOW w AS (PARTITION BY instrument ORDER BY date)
ORDER BY date
