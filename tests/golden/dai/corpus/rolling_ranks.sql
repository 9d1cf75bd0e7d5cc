-- filters: {"date": ["2024-01-02", "2024-03-05"]}
SELECT instrument, turn,
       m_rank(round(turn, 2), 8) AS placed, m_rank(round(turn, 2), 8, method:='min') AS lowest, m_rolling_rank(turn, 8, ascending:=false) AS down,
       m_pct_rank(turn, 8) AS share, ts_rank(turn, 8) AS from_0, ts_scale(turn, 8) AS scaled, ts_zscore(turn, 8) AS scored,
       rank_ext(round(turn, 2), 'avg', true) OVER w AS placed_too, rolling_rank(turn, 'min', false) OVER w AS down_too,
       pct_rank_ext(turn, 'max', true) OVER w AS share_too
FROM cn_stock_bar1d
WINDOW w AS (PARTITION BY instrument ORDER BY date ROWS 7 PRECEDING)
QUALIFY date = '2024-03-05'
ORDER BY instrument
