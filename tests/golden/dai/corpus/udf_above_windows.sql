-- filters: {"date": ["2024-01-02", "2024-03-05"]}
SELECT date, instrument, slope(list(close) OVER (PARTITION BY instrument ORDER BY date ROWS 9 PRECEDING)) AS trend,
       m_regr_slope(close, row_number_by(instrument, date), 10) AS regression
FROM cn_stock_bar1d
WHERE close IS NOT NULL
QUALIFY date = '2024-03-05'
ORDER BY instrument
