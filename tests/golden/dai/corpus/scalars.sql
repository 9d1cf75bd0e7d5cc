-- filters: {"date": ["2024-02-02", "2024-02-02"]}
SELECT instrument, change_ratio,
       clip(change_ratio, -0.01, 0.01) AS clipped, nullifgt(change_ratio, 0.01) AS small, nulliflt(change_ratio, 0) AS positive,
       sigmoid(100 * change_ratio) AS squashed, signedpower(100 * change_ratio, 2) AS powered,
       cut(close, [-inf, 15, 30, inf]) AS class, constant(13) AS thirteen, list_add_head_tail(low, [open, close], high) AS path,
       round_even(close, 1) AS rounded, fdiv(volume, 1000) AS lots, fmod(volume, 1000) AS rest,
       if(change_ratio > 0, 'up', 'not up') AS direction, ifnull(turn, 0) AS turnover, xor(17, 5) AS bits
FROM cn_stock_bar1d
ORDER BY instrument
