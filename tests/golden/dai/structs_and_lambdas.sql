WITH series AS (
    SELECT instrument, ends(list(volume * 0.5)) AS r, list(volume) AS volumes
    FROM cn_stock_bar1m
    GROUP BY instrument
)
SELECT instrument, r.first_value, r.last_value AS final, list_filter(volumes, x -> x > $least) AS large,
       [v / 100 FOR v IN volumes IF v < 200] AS small
FROM series ORDER BY instrument
