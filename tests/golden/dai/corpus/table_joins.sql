-- filters: {"date": ["2024-03-04", "2024-03-05"]}
-- A prune join is an inner join.
SELECT date, instrument, name, pe_ttm, st_status
FROM cn_stock_bar1d PRUNE JOIN cn_stock_valuation USING (date, instrument) PRUNE JOIN cn_stock_status USING (date, instrument)
WHERE st_status = 0
ORDER BY pe_ttm, date, instrument
