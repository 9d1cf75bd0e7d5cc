-- filters: {"date": ["2024-03-05 00:00:00", "2024-03-05 23:59:59"]}
WITH daily AS (
    SELECT instrument, range_of(array_agg(close), (0.25, 0.75)) AS r FROM cn_stock_bar1m GROUP BY instrument
)
SELECT instrument, r.low, r.high, r.high - r.low AS width FROM daily WHERE width > 0 ORDER BY instrument
