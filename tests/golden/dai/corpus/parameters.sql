-- filters: {"date": ["2024-01-02", "2024-03-05"]}
-- params: {"span": 10, "least": 0.5, "unused": 1}
SELECT date, instrument, m_avg(turn, $span) AS turn_mean, c_pct_rank(turn_mean) AS score
FROM cn_stock_bar1d
QUALIFY date = '2024-03-05' AND score >= $least
ORDER BY score
