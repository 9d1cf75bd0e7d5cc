"""Arrays in, arrays out: numpy and scipy only.

One module for each axis: minute (``despike``, ``spectral``), instrument (``crosssection``), day (``rolling``).
Every kernel has a slow twin in ``tests/reference``, written from the definition.
"""

from dripstone.kernels import crosssection, despike, rolling, spectral

__all__ = ["crosssection", "despike", "rolling", "spectral"]
