-- filters: {"date": ["2024-01-02", "2024-03-05"]}
-- A whole factor: value and calm, neutral to size and sector, of liquid stocks outside special treatment.
WITH base AS (
    SELECT b.date, b.instrument, b.amount, b.close, v.pb, v.float_market_cap, i.industry_level1_code AS sector, s.st_status,
           m_stddev(b.change_ratio, 10) AS risk
    FROM cn_stock_bar1d b
    JOIN cn_stock_valuation v ON b.date = v.date AND b.instrument = v.instrument
    JOIN cn_stock_status s ON b.date = s.date AND b.instrument = s.instrument
    JOIN cn_stock_industry_component i ON b.date = i.date AND b.instrument = i.instrument AND i.industry = 'sw2021'
), scored AS (
    SELECT date, instrument, sector, float_market_cap,
           c_pct_rank(1 / pb) + c_pct_rank(-risk) AS _raw, m_avg(_raw, 3) AS raw, m_avg(amount, 5) AS liquidity
    FROM base
    WHERE st_status = 0
    QUALIFY COLUMNS(*) IS NOT NULL
)
SELECT date, instrument, c_neutralize(raw, sector, float_market_cap) AS factor
FROM scored
QUALIFY date >= '2024-03-04'
ORDER BY date, instrument
