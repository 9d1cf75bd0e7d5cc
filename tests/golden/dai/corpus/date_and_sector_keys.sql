-- filters: {"date": ["2024-03-01", "2024-03-05"]}
SELECT b.date, b.instrument,
       c_avg(close, pb:='b.date, industry_level1_code') AS sector_close,
       c_rank(b.volume, pb := b.date, ascending := false) AS place,
       m_max(turn, 2, pb:='industry_level1_code', ob:='-b.date, b.instrument') AS newest_first
FROM cn_stock_bar1d b JOIN cn_stock_industry_component i ON b.instrument = i.instrument AND b.date = i.date
WHERE i.industry = 'sw2021' AND close IS NOT NULL
ORDER BY b.date, b.instrument
