-- filters: {"date": ["2024-02-28", "2024-03-05"]}
-- bind_relations: ["universe"]
SELECT date, sum(u.weight * change_ratio) AS portfolio, m_cumprod(1 + portfolio, pb:=1) - 1 AS gain
FROM cn_stock_bar1d b JOIN universe u USING (instrument)
GROUP BY date
ORDER BY date
