-- filters: {"date": ["2024-03-04", "2024-03-05"]}
WITH base AS (
    SELECT date, instrument, industry_level1_code AS sector, pb, ln(total_market_cap) AS size, pe_ttm
    FROM cn_stock_valuation JOIN cn_stock_industry_component USING (date, instrument)
    WHERE industry = 'sw2021'
)
SELECT date, instrument,
       c_neutralize_resid(pb, sector, size) AS resid,
       c_indneutralize_resid(pb, sector) AS sector_resid,
       c_regr_residual(pb, size) AS size_resid,
       c_ols1d_resid(pb, size) AS same,
       c_ols2d_resid(pb, size, pe_ttm) AS resid_2,
       c_ols3d_resid(pb, size, pe_ttm, size * size / 100) AS resid_3
FROM base
ORDER BY date, instrument
