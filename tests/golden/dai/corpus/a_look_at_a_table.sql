SELECT count(*) > 0 AS some
FROM (SELECT * FROM cn_stock_bar1d LIMIT 3)
LIMIT 1
