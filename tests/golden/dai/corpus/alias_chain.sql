-- filters: {"date": ["2024-01-02", "2024-03-05"]}
-- An alias of a window stands in further windows.
SELECT date, instrument,
       c_pct_rank(turn) AS ranked,
       m_avg(ranked, 5) AS smooth,
       c_zscore(smooth) AS scored,
       m_corr(scored, ranked, 10) AS agreement
FROM cn_stock_bar1d
QUALIFY date = '2024-03-05'
ORDER BY instrument
