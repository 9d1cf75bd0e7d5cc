"""Factors that ship with dripstone, one idea a file; ``portable`` holds the same ideas in dai spelling."""
