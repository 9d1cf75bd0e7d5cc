SET full_db_scan = true;
CREATE TABLE monthly AS
SELECT instrument, date_trunc('month', date) AS month, last(close) / first(open) - 1 AS gain
FROM cn_stock_bar1d
GROUP BY ALL;
SELECT instrument, month, gain, c_rank(gain, pb:=month, ascending:=false) AS place FROM monthly ORDER BY month, instrument
