-- filters: {"date": ["2024-01-02", "2024-03-05"]}
SELECT instrument,
       m_ta_macd(close)[1] AS dif, m_ta_macd_dif(close) AS dif_too, m_ta_macd_dea(close) AS dea, m_ta_macd_hist(close) AS bar,
       m_ta_bbands(close) AS bands, m_ta_bbands_u(close, 10) AS upper, m_ta_bbands_m(close, 10) AS middle, m_ta_bbands_l(close, timeperiod:=10) AS lower,
       m_ta_stoch(high, low, close) AS stoch, m_ta_kdj(high, low, close)[3] AS j, m_ta_kdj_k(high, low, close) AS k,
       m_ta_kdj_d(high, low, close) AS d, m_ta_kdj_j(high, low, close) AS j_too
FROM cn_stock_bar1d
QUALIFY date = '2024-03-05'
ORDER BY instrument
