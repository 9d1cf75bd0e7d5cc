-- filters: {"date": ["2024-01-02", "2024-03-05"]}
SELECT date, instrument,
       m_decay_linear(close, 5) AS decayed, decay_linear(close) OVER w AS decayed_too,
       imax(close) OVER w AS top_place, imin(close) OVER w AS bottom_place,
       m_fillna(turn, 4) AS filled, m_fillna_weighted(turn, 4, deal_number) AS filled_weighted,
       m_weighted_avg(close, 5, volume) AS vwap, m_weighted_stddev(close, 5, volume) AS vspread,
       m_winsorize_nsigma(turn, 10, n:=1) AS cut_1, m_winsorize_weighted_nsigma(turn, 10, volume, n:=1) AS cut_w
FROM cn_stock_bar1d
WHERE instrument IN ('300750.SZ', '600519.SH')
WINDOW w AS (PARTITION BY instrument ORDER BY date ROWS BETWEEN 4 PRECEDING AND CURRENT ROW)
QUALIFY date BETWEEN '2024-01-30' AND '2024-02-02' OR date = '2024-03-05'
ORDER BY instrument, date
