-- {"date": ["2024-01-02", "2024-01-03"], "instrument": ["000001.SZ", "600000.SH"]}
WITH session AS (
    SELECT date, instrument, volume, IF(close >= open, volume * 0.75, volume * 0.25) AS buy
    FROM cn_stock_bar1m_c
    WHERE date::TIME > '09:30' AND date::TIME <= '14:57'
),
series AS (
    SELECT date::DATE::DATETIME AS date, instrument, array_agg(volume) AS volumes, array_agg(s.buy) AS buys
    FROM session s
    GROUP BY date::DATE, instrument
    HAVING count(*) >= 3
)
SELECT date, instrument, volumes, swing(volumes) AS wide, swing(buys, (100, 500)) AS narrow
FROM series ORDER BY date, instrument
