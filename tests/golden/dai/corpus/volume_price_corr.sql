-- filters: {"date": ["2024-01-02", "2024-03-05"]}
-- After the shape of the public alpha formulas: ranks inside a rolling correlation.
SELECT date, instrument, -1 * m_corr(c_pct_rank(m_delta(log(volume + 1), 2)), c_pct_rank((close - open) / open), 6) AS alpha
FROM cn_stock_bar1d
QUALIFY date >= '2024-03-04'
ORDER BY date, instrument
