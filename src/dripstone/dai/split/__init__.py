"""Run a query day by day, where it gives the same rows, and in several processes, where that is quicker."""

from dripstone.dai.split.division import Division, divided, narrowed
from dripstone.dai.split.job import Job
from dripstone.dai.split.run import Means

__all__ = ["Division", "Job", "Means", "divided", "narrowed"]
