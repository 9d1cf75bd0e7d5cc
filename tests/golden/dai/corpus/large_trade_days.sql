-- filters: {"date": ["2024-01-02", "2024-03-05"]}
-- Returns of the days with the largest and the smallest amount a deal.
SELECT instrument,
       m_sum_greatest_k(change_ratio, amount / deal_number, 15, 5) AS sum_large, m_sum_least_k(change_ratio, amount / deal_number, 15, 5) AS sum_small,
       m_avg_greatest_k(change_ratio, amount / deal_number, 15, 5) AS avg_large, m_avg_least_k(change_ratio, amount / deal_number, 15, 5) AS avg_small,
       m_std_samp_greatest_k(change_ratio, amount, 15, 5) AS s_large, m_std_samp_least_k(change_ratio, amount, 15, 5) AS s_small,
       m_std_pop_greatest_k(change_ratio, amount, 15, 5) AS p_large, m_std_pop_least_k(change_ratio, amount, 15, 5) AS p_small,
       m_var_samp_greatest_k(change_ratio, amount, 15, 5) AS vs_large, m_var_samp_least_k(change_ratio, amount, 15, 5) AS vs_small,
       m_var_pop_greatest_k(change_ratio, amount, 15, 5) AS vp_large, m_var_pop_least_k(change_ratio, amount, 15, 5) AS vp_small,
       m_sum_gl_k_delta(change_ratio, amount / deal_number, 15, 5) AS smart_money
FROM cn_stock_bar1d
QUALIFY date = '2024-03-05'
ORDER BY instrument
