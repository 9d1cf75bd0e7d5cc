-- filters: {"date": ["2024-03-05 00:00:00", "2024-03-05 23:59:59"], "instrument": ["600519.SH"]}
SELECT date, open, high, low, close, volume, m_avg(close, 3) AS mean
FROM cn_stock_bar5m
WHERE date::TIME <= '09:45' OR date::TIME >= '14:50'
ORDER BY date
