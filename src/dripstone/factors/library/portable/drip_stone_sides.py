import dai
import numpy as np
import pandas as pd

START = "2024-01-01"
END = "2024-12-31"


def side_shares(bought, sold):
    """滴水穿石 by side: 2-5 minute shares of bought and of sold volume; NaN where nothing varies."""

    def share(values):
        x = np.array(values, dtype=float)
        middle = np.median(x)
        mad = np.median(np.abs(x - middle))
        if mad > 1e-8:
            x = np.clip(x, middle - 3 * 1.4826 * mad, middle + 3 * 1.4826 * mad)
        if np.ptp(x) <= 1e-12 * np.abs(x).max():
            return float("nan")
        power = np.abs(np.fft.rfft((x - x.mean()) * np.hanning(x.size), 256)) ** 2
        k = np.arange(power.size)
        in_band = (5 * k >= 256) & (2 * k <= 256)
        return float(power[in_band].sum() / power[1:].sum())

    return share(bought), share(sold)


UDF = dai.DaiUDF(name="side_shares", function=side_shares, return_type="struct<buy:double, sell:double>")

SQL = """
WITH sided AS (
    SELECT
        date,
        instrument,
        CASE WHEN high - low > 0.0001 AND close >= open
            THEN volume * (close - low) / (high - low) ELSE 0.3 * volume::DOUBLE END AS bought,
        CASE WHEN high - low > 0.0001 AND close < open
            THEN volume * (high - close) / (high - low) ELSE 0.3 * volume::DOUBLE END AS sold
    FROM cn_stock_bar1m_c
    WHERE date::TIME BETWEEN '09:31:00' AND '14:57:00' AND volume IS NOT NULL
),
series AS (
    SELECT
        date::DATE AS day,
        instrument,
        array_agg(bought ORDER BY date) AS bought,
        array_agg(sold ORDER BY date) AS sold
    FROM sided
    GROUP BY date::DATE, instrument
    HAVING count(*) >= 200
),
shares AS (
    SELECT day, instrument, side_shares(bought, sold) AS share
    FROM series
)
SELECT
    day::DATETIME AS date,
    instrument,
    share.buy AS drip_stone_buy,
    share.sell AS drip_stone_sell,
    share.buy - share.sell AS drip_stone_net
FROM shares
ORDER BY date, instrument
"""


def month_values(month):
    first = max(START, str(month.start_time.date()))
    last = min(END, str(month.end_time.date()))
    filters = {"date": [first, last + " 23:59:59"]}
    return dai.query(SQL, filters=filters, udf_list=[UDF]).df()


factor_values = pd.concat([month_values(month) for month in pd.period_range(START, END, freq="M")], ignore_index=True)
