"""Ratios to named peers, in one run: ``make bench``."""
