-- full_db_scan: true
SELECT instrument, count(close) AS priced, count(*) - priced AS suspended
FROM cn_stock_bar1d
GROUP BY instrument
ORDER BY suspended DESC, instrument
