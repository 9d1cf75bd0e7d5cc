-- {"date": ["2024-01-03"], "instrument": ["600000.SH"]}
SELECT (SELECT count(*) FROM cn_stock_bar1m) AS bars, (SELECT count(*) FROM cn_stock_industry_component) AS industries
