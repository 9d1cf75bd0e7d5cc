-- filters: {"date": ["2024-01-02", "2024-03-05"]}
-- Steps named with an underscore are used and not shown.
SELECT date, instrument,
       high - low AS _reach,
       greatest(_reach, abs(high - m_lag(close, 1)), abs(low - m_lag(close, 1))) AS _true_range,
       m_avg(_true_range, 14) AS _mean,
       _mean / close AS natr
FROM cn_stock_bar1d
WHERE _reach > 0
QUALIFY date = '2024-03-05' AND _mean IS NOT NULL
ORDER BY natr DESC
