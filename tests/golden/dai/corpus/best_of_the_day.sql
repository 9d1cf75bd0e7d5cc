-- filters: {"date": ["2024-02-26", "2024-03-05"]}
SELECT date, instrument, m_stddev(change_ratio, 3) AS risk
FROM cn_stock_bar1d
QUALIFY c_rank(risk, ascending:=false) <= 1
ORDER BY date, m_avg(close, 2)
