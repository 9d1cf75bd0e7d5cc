-- filters: {"date": ["2024-02-20", "2024-03-05"]}
-- bind_relations: ["events"]
SELECT b.date, b.instrument, e.event, date_diff('day', e.date, b.date) AS age
FROM cn_stock_bar1d b ASOF LEFT JOIN events e ON b.instrument = e.instrument AND b.date >= e.date
WHERE b.instrument IN ('000001.SZ', '600519.SH')
ORDER BY b.instrument, b.date
