-- filters: {"date": ["2024-03-04", "2024-03-05"]}
SELECT date, instrument, name, close, pe_ttm, sw2021_level1, is_hs300, st_status, c_pct_rank(-total_market_cap) AS small
FROM cn_stock_prefactors
ORDER BY date, instrument
