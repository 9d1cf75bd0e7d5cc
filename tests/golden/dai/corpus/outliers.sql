-- filters: {"date": ["2024-03-05", "2024-03-05"]}
SELECT v.instrument, pe_ttm,
       c_preprocess(pe_ttm, 3) AS prepared,
       c_winsorize(pe_ttm, 0.1, 0.9) AS cut_tails,
       cut_outliers(pe_ttm, m:=1) AS cut_near,
       c_winsorize_nsigma(pe_ttm, industry_level1_code, n:=0.5) AS cut_sigma,
       c_winsorize_weighted_nsigma(pe_ttm, industry_level1_code, float_market_cap, n:=0.5) AS cut_weighted,
       c_fillna_weighted(pe_ttm, industry_level1_code, float_market_cap) AS filled,
       c_weighted_avg(pe_ttm, industry_level1_code, float_market_cap) AS sector_pe,
       c_weighted_stddev(pe_ttm, industry_level1_code, float_market_cap) AS sector_spread
FROM cn_stock_valuation v JOIN cn_stock_industry_component i USING (date, instrument)
WHERE industry = 'sw2021'
ORDER BY instrument
