-- filters: {"date": ["2024-03-05", "2024-03-05"]}
SELECT m.date, m.member_code AS instrument, close, c_pct_rank(close, pb:=m.date) AS share
FROM cn_stock_index_component m JOIN cn_stock_bar1d b ON m.member_code = b.instrument AND m.date = b.date
WHERE m.instrument = '000300.SH'
ORDER BY share
