-- filters: {"date": ["2024-02-01", "2024-02-02"]}
SELECT date, instrument, turn,
       rank(turn) AS placed, rank('date, -turn') AS by_day, pct_rank(turn, ascending:=false) AS share,
       dense_rank(date) AS day_number, row_number('date, instrument') AS number, cume_dist(turn) AS part, ntile(3, turn) AS third,
       all_cbins(turn, 3) AS counted, all_wbins(turn, 3) AS wide,
       all_quantile_cont(turn, 0.5) AS middle, all_quantile_disc(turn, 0.5) AS middle_value
FROM cn_stock_bar1d
WHERE turn IS NOT NULL
ORDER BY date, instrument
