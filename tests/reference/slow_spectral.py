"""Slow twin of ``kernels.spectral``: one row, the Fourier sum written out."""

import cmath
import math


def band_share(row: list[float], period_min: tuple[float, float] = (2, 5), n_fft: int = 240) -> float:
    bars = [v for v in row if math.isfinite(v)]
    n = len(bars)
    if n < 3 or max(bars) - min(bars) <= 1e-12 * max(abs(v) for v in bars):
        return math.nan
    mean = math.fsum(bars) / n
    series = [(v - mean) * (0.5 - 0.5 * math.cos(2 * math.pi * i / (n - 1))) for i, v in enumerate(bars)]
    length = max(n, n_fft)
    length += length % 2
    band = total = 0.0
    for k in range(1, length // 2 + 1):
        term = sum(v * cmath.exp(-2j * math.pi * k * i / length) for i, v in enumerate(series))
        power = abs(term) ** 2
        total += power
        if period_min[0] <= length / k <= period_min[1]:
            band += power
    return band / total
