-- filters: {"date": ["2024-02-20", "2024-03-05"]}
WITH base AS (
    SELECT *, m_avg(c_pct_rank(volume), 3) AS calm
    FROM cn_stock_bar1d
    QUALIFY COLUMNS(*) IS NOT NULL AND date > '2024-02-26'
)
SELECT date, count(*) AS n, max(calm) AS most FROM base GROUP BY ALL ORDER BY date
