-- filters: {"date": ["2024-01-02", "2024-03-05"]}
SELECT instrument,
       m_bool_and(close > low, 5) AS always, m_bool_or(price_limit_status = 3, 20) AS reached_limit,
       m_bit_or(price_limit_status, 20) AS any_bits, m_bit_and(price_limit_status, 20) AS all_bits,
       m_bit_xor(price_limit_status, 3) AS odd_bits
FROM cn_stock_bar1d JOIN cn_stock_status USING (date, instrument)
QUALIFY date = '2024-03-05'
ORDER BY instrument
