"""Arrays in, arrays out: numpy and scipy only.

Modules by axis: minute (``despike``, ``spectral``), instrument (``crosssection``), day (``rolling``), the rows of any
one series (``window``, ``run``); and ``regression``, over whichever axis comes last.
Every kernel has a slow twin in ``tests/reference``, written from the definition.
"""

from dripstone.kernels import crosssection, despike, regression, rolling, run, spectral, window

__all__ = ["crosssection", "despike", "regression", "rolling", "run", "spectral", "window"]
