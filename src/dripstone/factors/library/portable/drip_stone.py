import dai
import numpy as np
import pandas as pd

START = "2024-01-01"
END = "2024-12-31"


def drip_stone_share(volumes):
    """滴水穿石: 2-5 minute share of the power spectrum of volume, clipped by IQR; NaN where nothing varies."""
    x = np.array(volumes, dtype=float)
    low, middle, high = np.percentile(x, [25, 50, 75])
    if high > low:
        x = np.clip(x, middle - 3 * (high - low), middle + 3 * (high - low))
    if np.ptp(x) <= 1e-12 * np.abs(x).max():
        return float("nan")
    power = np.abs(np.fft.rfft((x - x.mean()) * np.hanning(x.size), 240)) ** 2
    k = np.arange(power.size)
    in_band = (5 * k >= 240) & (2 * k <= 240)
    return float(power[in_band].sum() / power[1:].sum())


UDF = dai.DaiUDF(name="drip_stone_share", function=drip_stone_share, return_type="double")

SQL = """
WITH series AS (
    SELECT date::DATE AS day, instrument, array_agg(volume ORDER BY date) AS volumes
    FROM cn_stock_bar1m_c
    WHERE date::TIME BETWEEN '09:32:00' AND '14:57:00' AND volume IS NOT NULL
    GROUP BY date::DATE, instrument
    HAVING count(*) >= 200
)
SELECT day::DATETIME AS date, instrument, drip_stone_share(volumes) AS drip_stone
FROM series
ORDER BY date, instrument
"""


def month_values(month):
    first = max(START, str(month.start_time.date()))
    last = min(END, str(month.end_time.date()))
    filters = {"date": [first, last + " 23:59:59"]}
    return dai.query(SQL, filters=filters, udf_list=[UDF]).df()


factor_values = pd.concat([month_values(month) for month in pd.period_range(START, END, freq="M")], ignore_index=True)
