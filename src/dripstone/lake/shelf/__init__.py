"""The author's own data: tables in partitions, views and single values, each under an id."""

from dripstone.lake.shelf.condition import Conditions
from dripstone.lake.shelf.holding import CACHED, Holding, Part
from dripstone.lake.shelf.merge import Duplicates
from dripstone.lake.shelf.partition import TableForm
from dripstone.lake.shelf.shelf import Shelf

__all__ = ["CACHED", "Conditions", "Duplicates", "Holding", "Part", "Shelf", "TableForm"]
