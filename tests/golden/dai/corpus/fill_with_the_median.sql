-- filters: {"date": ["2024-02-01", "2024-02-02"]}
SELECT date, instrument, ifnull(COLUMNS(['close', 'open']), c_median(COLUMNS(['close', 'open']))) AS 'columns(*)'
FROM cn_stock_bar1d
ORDER BY date, instrument
