SELECT date, instrument, close - open AS _move, _move / open AS move, volume / (open - open) AS nothing,
       row_number() OVER (PARTITION BY instrument ORDER BY date) AS _n
FROM cn_stock_bar1m
QUALIFY _n <= 2
ORDER BY instrument, date
