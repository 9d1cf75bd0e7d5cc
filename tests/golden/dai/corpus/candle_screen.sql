-- filters: {"date": ["2024-01-02", "2024-03-05"]}
-- All candle patterns, one row for each that shows up.
WITH candles AS (
    SELECT date, instrument,
           m_ta_2crows(open, high, low, close) AS p_2crows, m_ta_3black_crows(open, high, low, close) AS p_3black_crows,
           m_ta_cdl3inside(open, high, low, close) AS p_cdl3inside, m_ta_cdl3linestrike(open, high, low, close) AS p_cdl3linestrike,
           m_ta_cdl3outside(open, high, low, close) AS p_cdl3outside, m_ta_cdl3starsinsouth(open, high, low, close) AS p_cdl3starsinsouth,
           m_ta_3red_soldiers(open, high, low, close) AS p_3red_soldiers, m_ta_cdlabandonedbaby(open, high, low, close) AS p_cdlabandonedbaby,
           m_ta_cdladvanceblock(open, high, low, close) AS p_cdladvanceblock, m_ta_cdlbelthold(open, high, low, close) AS p_cdlbelthold,
           m_ta_cdlbreakaway(open, high, low, close) AS p_cdlbreakaway,
           m_ta_cdlclosingmarubozu(open, high, low, close) AS p_cdlclosingmarubozu,
           m_ta_cdlconcealbabyswall(open, high, low, close) AS p_cdlconcealbabyswall,
           m_ta_cdlcounterattack(open, high, low, close) AS p_cdlcounterattack,
           m_ta_dark_cloud_cover(open, high, low, close) AS p_dark_cloud_cover, m_ta_cdldoji(open, high, low, close) AS p_cdldoji,
           m_ta_cdldojistar(open, high, low, close) AS p_cdldojistar, m_ta_cdldragonflydoji(open, high, low, close) AS p_cdldragonflydoji,
           m_ta_cdlengulfing(open, high, low, close) AS p_cdlengulfing,
           m_ta_cdleveningdojistar(open, high, low, close) AS p_cdleveningdojistar,
           m_ta_evening_star(open, high, low, close) AS p_evening_star,
           m_ta_cdlgapsidesidewhite(open, high, low, close) AS p_cdlgapsidesidewhite,
           m_ta_cdlgravestonedoji(open, high, low, close) AS p_cdlgravestonedoji, m_ta_hammer(open, high, low, close) AS p_hammer,
           m_ta_cdlhangingman(open, high, low, close) AS p_cdlhangingman, m_ta_cdlharami(open, high, low, close) AS p_cdlharami,
           m_ta_cdlharamicross(open, high, low, close) AS p_cdlharamicross, m_ta_cdlhighwave(open, high, low, close) AS p_cdlhighwave,
           m_ta_cdlhikkake(open, high, low, close) AS p_cdlhikkake, m_ta_cdlhikkakemod(open, high, low, close) AS p_cdlhikkakemod,
           m_ta_cdlhomingpigeon(open, high, low, close) AS p_cdlhomingpigeon,
           m_ta_cdlidentical3crows(open, high, low, close) AS p_cdlidentical3crows, m_ta_cdlinneck(open, high, low, close) AS p_cdlinneck,
           m_ta_inverted_hammer(open, high, low, close) AS p_inverted_hammer, m_ta_cdlkicking(open, high, low, close) AS p_cdlkicking,
           m_ta_cdlkickingbylength(open, high, low, close) AS p_cdlkickingbylength,
           m_ta_cdlladderbottom(open, high, low, close) AS p_cdlladderbottom,
           m_ta_cdllongleggeddoji(open, high, low, close) AS p_cdllongleggeddoji, m_ta_cdllongline(open, high, low, close) AS p_cdllongline,
           m_ta_cdlmarubozu(open, high, low, close) AS p_cdlmarubozu, m_ta_cdlmatchinglow(open, high, low, close) AS p_cdlmatchinglow,
           m_ta_cdlmathold(open, high, low, close) AS p_cdlmathold, m_ta_cdlmorningdojistar(open, high, low, close) AS p_cdlmorningdojistar,
           m_ta_morning_star(open, high, low, close) AS p_morning_star, m_ta_cdlonneck(open, high, low, close) AS p_cdlonneck,
           m_ta_cdlpiercing(open, high, low, close) AS p_cdlpiercing, m_ta_cdlrickshawman(open, high, low, close) AS p_cdlrickshawman,
           m_ta_cdlrisefall3methods(open, high, low, close) AS p_cdlrisefall3methods,
           m_ta_cdlseparatinglines(open, high, low, close) AS p_cdlseparatinglines,
           m_ta_shooting_star(open, high, low, close) AS p_shooting_star, m_ta_cdlshortline(open, high, low, close) AS p_cdlshortline,
           m_ta_cdlspinningtop(open, high, low, close) AS p_cdlspinningtop,
           m_ta_cdlstalledpattern(open, high, low, close) AS p_cdlstalledpattern,
           m_ta_cdlsticksandwich(open, high, low, close) AS p_cdlsticksandwich, m_ta_cdltakuri(open, high, low, close) AS p_cdltakuri,
           m_ta_cdltasukigap(open, high, low, close) AS p_cdltasukigap, m_ta_cdlthrusting(open, high, low, close) AS p_cdlthrusting,
           m_ta_cdltristar(open, high, low, close) AS p_cdltristar, m_ta_cdlunique3river(open, high, low, close) AS p_cdlunique3river,
           m_ta_cdlupsidegap2crows(open, high, low, close) AS p_cdlupsidegap2crows,
           m_ta_cdlxsidegap3methods(open, high, low, close) AS p_cdlxsidegap3methods
    FROM cn_stock_bar1d
)
SELECT date, instrument, pattern, value
FROM (UNPIVOT candles ON COLUMNS('^p') INTO NAME pattern VALUE value)
WHERE value <> 0 AND date >= '2024-02-29'
ORDER BY date, instrument, pattern
