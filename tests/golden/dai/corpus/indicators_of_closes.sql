-- filters: {"date": ["2024-01-02", "2024-03-05"]}
SELECT instrument,
       m_ta_sma(close, 5) AS sma, m_ta_sum(close, 5) AS total, m_ta_ema(close, 5) AS ema, m_ta_ewm(close, 6, 1) AS ewm, m_ta_wma(close, 5) AS wma,
       m_ta_dema(close, 5) AS dema, m_ta_tema(close, 5) AS tema, m_ta_trima(close, 5) AS trima, m_ta_kama(close, 5) AS kama,
       m_ta_mom(close, 5) AS mom, m_ta_roc(close, 5) AS roc, m_ta_rsi(close, 6) AS rsi, m_ta_trix(close, 4) AS trix, m_ta_bias(close, 6) AS bias
FROM cn_stock_bar1d
QUALIFY date = '2024-03-05'
ORDER BY instrument
