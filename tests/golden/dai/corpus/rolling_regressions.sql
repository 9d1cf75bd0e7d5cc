-- filters: {"date": ["2024-01-02", "2024-03-05"]}
SELECT instrument,
       m_ols1d_resid_cx(close, 10) AS off_trend,
       m_ols2d_intercept(change_ratio, turn, c_avg(change_ratio), 12) AS alpha_2,
       m_ols2d_last_resid(change_ratio, turn, c_avg(change_ratio), 12) AS resid_2,
       m_ols3d_intercept(change_ratio, turn, c_avg(change_ratio), c_std(change_ratio), 12) AS alpha_3,
       m_ols3d_last_resid(change_ratio, turn, c_avg(change_ratio), c_std(change_ratio), 12) AS resid_3
FROM cn_stock_bar1d
QUALIFY date = '2024-03-05'
ORDER BY instrument
