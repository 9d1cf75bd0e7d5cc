-- filters: {"date": ["2024-01-02", "2024-03-05"]}
SELECT b.date, b.instrument,
       m_consecutive_rise_count(close) AS rises, m_consecutive_rise_count(close, count_eq:=true) AS not_falls,
       m_consecutive_true_count(close > open) AS white_days,
       if(price_limit_status = 3, 1, 0) AS limit_up, 1 - limit_up AS free, m_consecutive_true_count(free) AS days_since
FROM cn_stock_bar1d b JOIN cn_stock_status s ON b.date = s.date AND b.instrument = s.instrument
WHERE b.instrument IN ('000001.SZ', '300750.SZ')
QUALIFY b.date BETWEEN '2024-01-29' AND '2024-02-06'
ORDER BY b.instrument, b.date
