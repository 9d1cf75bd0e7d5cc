-- filters: {"date": ["2024-03-04 00:00:00", "2024-03-05 23:59:59"], "instrument": ["000001.SZ"]}
SELECT date, close, volume, m_lag(volume, 8) AS same_time_yesterday FROM cn_stock_bar30m ORDER BY date
