SET full_db_scan = true;
CREATE TABLE daily AS
SELECT date::DATE AS day, instrument, sum(volume) AS volume FROM cn_stock_bar1m GROUP BY ALL;
CREATE MACRO thousands(x) AS x / 1000;
FROM (PIVOT daily ON instrument USING sum(thousands(volume)) GROUP BY day) ORDER BY day;
