-- filters: {"date": ["2024-01-02", "2024-03-05"]}
-- Days on which the fast average crosses the slow one from below.
SELECT date, instrument, m_avg(close, 3) AS fast, m_avg(close, 8) AS slow, fast - slow AS _gap
FROM cn_stock_bar1d
QUALIFY _gap > 0 AND m_lag(_gap, 1) <= 0
ORDER BY date, instrument
