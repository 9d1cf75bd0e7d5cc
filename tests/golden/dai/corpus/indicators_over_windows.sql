-- filters: {"date": ["2024-01-02", "2024-03-05"]}
SELECT instrument,
       ta_sma(close, 5) OVER w AS sma, ta_sum(close, 5) OVER w AS total, ta_ema(close, 5) OVER w AS ema, ta_ewm(close, 0.25) OVER w AS ewm,
       ta_wma(close, 5) OVER w AS wma, ta_dema(close, 5) OVER w AS dema, ta_tema(close, 5) OVER w AS tema, ta_trima(close, 5) OVER w AS trima,
       ta_kama(close, 5) OVER w AS kama, ta_mom(close, 5) OVER w AS mom, ta_roc(close, 5) OVER w AS roc, ta_rsi(close, 6) OVER w AS rsi,
       ta_trix(close, 4) OVER w AS trix, ta_willr(high, low, close, 5) OVER w AS willr, ta_atr(high, low, close, 5) OVER w AS atr,
       ta_adx(high, low, close, 5) OVER w AS adx, ta_adxr(high, low, close, 5) OVER w AS adxr, ta_cci(high, low, close, 5) OVER w AS cci,
       ta_mfi(high, low, close, volume, 5) OVER w AS mfi, ta_obv(close, volume) OVER w AS obv, ta_ad(high, low, close, volume) OVER w AS ad,
       ta_beta(open, close, 5) OVER w AS beta, ta_sar(high, low, 0.02, 0.2) OVER w AS sar, ta_aroon(high, low, 5) OVER w AS aroon,
       ta_aroonosc(high, low, 5) OVER w AS aroonosc, ta_bbands(close, 5, 2, 2, 0) OVER w AS bands, ta_macd(close, 12, 26, 9) OVER w AS macd,
       ta_stoch(high, low, close, 9, 5, 1, 5, 1) OVER w AS stoch
FROM cn_stock_bar1d
WINDOW w AS (PARTITION BY instrument ORDER BY date)
QUALIFY date = '2024-03-05'
ORDER BY instrument
