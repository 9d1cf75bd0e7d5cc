-- filters: {"date": ["2024-03-04 00:00:00", "2024-03-05 23:59:59"]}
WITH session AS (
    SELECT date, instrument, volume, IF(close >= open, volume, volume * 0.5) AS buy
    FROM cn_stock_bar1m_c
    WHERE date::TIME > '09:30' AND date::TIME <= '14:57'
), daily AS (
    SELECT date::DATE::DATETIME AS date, instrument, array_agg(volume ORDER BY date) AS volumes, array_agg(buy ORDER BY date) AS buys
    FROM session
    GROUP BY date::DATE, instrument
    HAVING count(*) >= 200
)
SELECT date, instrument, late_share(volumes) AS late, late_share(buys, 60) AS late_buy, entropies(volumes) AS entropy,
       doubled(late) AS twice, range_of(volumes) AS r
FROM daily
ORDER BY date, instrument
