-- filters: {"date": ["2024-02-05", "2024-03-05"]}
SELECT date, instrument, close,
       m_lag(close, 1) AS before, m_lag(close, 1, default_val:=0) AS before_or_0, m_lead(close, 1) AS after,
       m_shift(close, 2) AS two_before, m_shift(close, -2) AS two_after, m_delta(close, 1) AS move, m_delta(close, -1) AS move_ahead
FROM cn_stock_bar1d
WHERE instrument = '000333.SZ'
QUALIFY date <= '2024-02-07' OR date >= '2024-03-04'
ORDER BY date
