-- filters: {"date": ["2024-02-20", "2024-03-05"]}
-- Only rows whose columns all have values are kept: warm-up and suspended days go.
SELECT date, instrument,
       M_AVG(close, 5) AS mean_5,
       m_stddev(change_ratio, 5) AS risk,
       mean_5 / m_lag(mean_5, 1) - 1 AS drift,
FROM cn_stock_bar1d
WHERE instrument IN ('000001.SZ', '300750.SZ')
QUALIFY COLUMNS(*) IS NOT NULL
ORDER BY date, instrument
