-- filters: {"date": ["2024-01-02", "2024-03-05"]}
SELECT date, instrument, pe_ttm,
       c_fillna(pe_ttm, industry_level1_code) AS filled,
       c_neutralize(filled, industry_level1_code, total_market_cap) AS neutral,
       c_indneutralize(filled, industry_level1_code) AS by_sector
FROM cn_stock_valuation JOIN cn_stock_industry_component USING (date, instrument)
WHERE industry = 'sw2021' AND total_market_cap IS NOT NULL
QUALIFY date = '2024-03-05'
ORDER BY instrument
