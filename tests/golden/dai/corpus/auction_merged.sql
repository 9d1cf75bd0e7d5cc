-- filters: {"date": ["2024-03-05 00:00:00", "2024-03-05 23:59:59"]}
SELECT d.instrument, d.date, d.open, d.volume, (SELECT sum(b.volume) FROM cn_stock_bar1m b WHERE b.instrument = d.instrument AND b.date <= d.date) AS by_hand
FROM cn_stock_bar1m_derived d
WHERE d.date = '2024-03-05 09:31:00'
ORDER BY d.instrument
