-- filters: {"date": ["2024-01-02", "2024-03-05"]}
SELECT instrument,
       m_first(close, 5) AS oldest, m_first_value(close, 5) AS oldest_too, m_last(close, 5) AS newest, m_last_value(close, 5) AS newest_too,
       m_nth_value(close, 2, 5) AS second, m_arg_max(date, high, 10) AS day_of_top, m_arg_min(date, low, 10) AS day_of_bottom,
       m_imax(high, 10) AS place_of_top, m_imin(low, 10) AS place_of_bottom
FROM cn_stock_bar1d
QUALIFY date = '2024-03-05'
ORDER BY instrument
