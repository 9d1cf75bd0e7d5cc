SELECT industry, count(*) AS n, sum(volume) AS volume
FROM cn_stock_bar1m b JOIN cn_stock_industry_component i ON b.instrument = i.instrument AND b.date::DATE = i.date::DATE
GROUP BY industry
ORDER BY industry DESC
