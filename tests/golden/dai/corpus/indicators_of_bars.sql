-- filters: {"date": ["2024-01-02", "2024-03-05"]}
SELECT instrument,
       m_ta_willr(high, low, close, 5) AS willr, m_ta_atr(high, low, close, 5) AS atr, m_ta_adx(high, low, close, 5) AS adx,
       m_ta_adxr(high, low, close, 5) AS adxr, m_ta_cci(high, low, close, 5) AS cci, m_ta_mfi(high, low, close, volume, 5) AS mfi,
       m_ta_obv(close, volume) AS obv, m_ta_ad(high, low, close, volume) AS ad, m_ta_beta(open, close, 5) AS beta,
       m_ta_sar(high, low) AS sar, m_ta_aroon(high, low, 5) AS aroon, m_ta_aroon_d(high, low, 5) AS aroon_d, m_ta_aroon_u(high, low, 5) AS aroon_u,
       m_ta_aroonosc(high, low, 5) AS aroonosc
FROM cn_stock_bar1d
QUALIFY date = '2024-03-05'
ORDER BY instrument
