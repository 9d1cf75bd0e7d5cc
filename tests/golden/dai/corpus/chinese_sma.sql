-- filters: {"date": ["2024-01-02", "2024-03-05"]}
-- SMA(X, n, m) of Chinese software: relative strength by hand; names in Chinese.
SELECT date, instrument AS "证券代码",
       m_ta_ewm(greatest(close - m_lag(close, 1), 0), 6, 1) AS _up, m_ta_ewm(abs(close - m_lag(close, 1)), 6, 1) AS _all,
       100 * _up / _all AS 相对强弱
FROM cn_stock_bar1d
QUALIFY date = '2024-03-05'
ORDER BY 相对强弱
