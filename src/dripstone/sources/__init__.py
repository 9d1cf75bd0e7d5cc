"""Bring bars and reference tables from vendors into the lake's form."""

from dripstone.sources.file import read_files
from dripstone.sources.preset import PRESETS, Preset

__all__ = ["PRESETS", "Preset", "read_files"]
