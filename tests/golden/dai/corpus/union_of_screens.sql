-- filters: {"date": ["2024-01-02", "2024-03-05"]}
SELECT date, instrument, 'new high' AS reason FROM cn_stock_bar1d QUALIFY close = m_max(close, 20) AND date >= '2024-03-01'
UNION ALL BY NAME
SELECT instrument, date, 'active' AS reason, turn FROM cn_stock_bar1d QUALIFY turn > 2 * m_avg(m_lag(turn, 1), 10) AND date >= '2024-03-01'
ORDER BY date, instrument, reason
