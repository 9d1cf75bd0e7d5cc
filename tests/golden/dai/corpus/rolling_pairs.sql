-- filters: {"date": ["2024-01-02", "2024-03-05"]}
SELECT instrument,
       m_corr(close, volume, 10) AS corr, m_covar_pop(close, turn, 10) AS cov_p, m_covar_samp(close, turn, 10) AS cov_s,
       m_regr_slope(close, row_number_by(instrument, date), 10) AS trend,
       m_regr_intercept(close, turn, 10) AS base, m_regr_r2(close, turn, 10) AS fit,
       m_regr_avgx(close, turn, 10) AS mean_x, m_regr_avgy(close, turn, 10) AS mean_y, m_regr_count(close, turn, 10) AS n,
       m_regr_sxx(close, turn, 10) AS sxx, m_regr_sxy(close, turn, 10) AS sxy, m_regr_syy(close, turn, 10) AS syy
FROM cn_stock_bar1d
QUALIFY date = '2024-03-05'
ORDER BY instrument
