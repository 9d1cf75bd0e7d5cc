-- filters: {"date": ["2024-01-02", "2024-01-31"]}
SELECT date, instrument, pe_ttm AS pe FROM cn_stock_valuation ORDER BY pe, date, instrument LIMIT 16
