-- filters: {"date": ["2024-01-02", "2024-03-05"]}
CREATE MACRO basis_points(x) AS round(x * 10000, 1);
CREATE TABLE weekly AS
SELECT instrument, date_trunc('week', date) AS week, sum(amount) / sum(volume) AS vwap FROM cn_stock_bar1d GROUP BY ALL;
SELECT week, instrument, basis_points(vwap / m_lag(vwap, 1, ob:=week) - 1) AS move
FROM weekly
QUALIFY week >= '2024-02-19' AND move IS NOT NULL
ORDER BY week, instrument
