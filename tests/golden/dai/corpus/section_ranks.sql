-- filters: {"date": ["2024-02-05", "2024-02-05"]}
SELECT instrument, round(turn, 2) AS turnover,
       c_rank(turnover) AS low_first, c_rank(turnover, ascending:=false) AS high_first,
       c_pct_rank(turnover) AS share,
       c_normalize(turnover) AS standard, c_zscore(turnover) AS same,
       c_scale(turnover, 1) AS scaled, c_min_max_scalar(turnover, a:=-1, b:=1) AS placed,
       c_cbins(turnover, 3) AS third, c_wbins(turnover, 3) AS width
FROM cn_stock_bar1d
ORDER BY instrument
