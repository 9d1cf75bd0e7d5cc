-- filters: {"instrument": ["600519.SH", "688981.SH"]}
SELECT instrument, min(date) AS listed, count(*) AS days FROM cn_stock_bar1d GROUP BY instrument ORDER BY instrument
