-- filters: {"date": ["2024-02-01", "2024-02-02"]}
SELECT date, instrument, turn,
       rank_by(date, turn) AS placed, rank_by(date, '-turn, instrument') AS down,
       pct_rank_by(date, turn) AS share, dense_rank_by(date, turn) AS dense, row_number_by(instrument, date) AS day,
       cume_dist_by(date, turn) AS part, ntile_by(2, date, turn) AS half
FROM cn_stock_bar1d
WHERE turn IS NOT NULL
ORDER BY date, instrument
