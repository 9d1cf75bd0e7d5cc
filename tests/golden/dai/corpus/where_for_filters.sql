SELECT date, instrument, close FROM cn_stock_bar1d WHERE date BETWEEN '2024-03-04' AND '2024-03-05' AND close > 20 ORDER BY date, instrument
