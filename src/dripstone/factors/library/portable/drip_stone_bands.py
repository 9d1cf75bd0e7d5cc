import dai
import numpy as np
import pandas as pd

START = "2024-01-01"
END = "2024-12-31"


def band_shares_of(volumes):
    """滴水穿石 by band: shares at 1-2, 2-5, 5-10, 10-20 minutes, and the last three over white noise, averaged."""
    bands = ((1, 2), (2, 5), (5, 10), (10, 20))
    x = np.array(volumes, dtype=float)
    low, middle, high = np.percentile(x, [25, 50, 75])
    if high > low:
        x = np.clip(x, middle - 3 * (high - low), middle + 3 * (high - low))
    if np.ptp(x) <= 1e-12 * np.abs(x).max():
        return (float("nan"),) * 5

    def shares(power):
        k = np.arange(power.size)
        inside = [(longest * k >= 240) & (shortest * k <= 240) for shortest, longest in bands]
        return np.array([power[band].sum() / power[1:].sum() for band in inside])

    share = shares(np.abs(np.fft.rfft((x - x.mean()) * np.hanning(x.size), 240)) ** 2)
    window = np.hanning(236)
    noise = shares(np.sum(window**2) - np.abs(np.fft.rfft(window, 240)) ** 2 / 236)
    together = float(np.mean(share[1:] / noise[1:]))
    return (*share.tolist(), together)


UDF = dai.DaiUDF(
    name="band_shares_of",
    function=band_shares_of,
    return_type="struct<band_1_2:double, band_2_5:double, band_5_10:double, band_10_20:double, together:double>",
)

SQL = """
WITH series AS (
    SELECT date::DATE AS day, instrument, array_agg(volume ORDER BY date) AS volumes
    FROM cn_stock_bar1m_c
    WHERE date::TIME BETWEEN '09:32:00' AND '14:57:00' AND volume IS NOT NULL
    GROUP BY date::DATE, instrument
    HAVING count(*) >= 200
),
shares AS (
    SELECT day, instrument, band_shares_of(volumes) AS share
    FROM series
)
SELECT
    day::DATETIME AS date,
    instrument,
    share.band_1_2 AS band_1_2,
    share.band_2_5 AS band_2_5,
    share.band_5_10 AS band_5_10,
    share.band_10_20 AS band_10_20,
    share.together AS drip_stone_bands
FROM shares
ORDER BY date, instrument
"""


def month_values(month):
    first = max(START, str(month.start_time.date()))
    last = min(END, str(month.end_time.date()))
    filters = {"date": [first, last + " 23:59:59"]}
    return dai.query(SQL, filters=filters, udf_list=[UDF]).df()


factor_values = pd.concat([month_values(month) for month in pd.period_range(START, END, freq="M")], ignore_index=True)
