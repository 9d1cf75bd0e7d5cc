"""A factor over many days: chunks of days on local processes, resumable."""

from dripstone.history.compute import ComputeReport, FactorRun, Progress, compute
from dripstone.history.executor import Executor, LocalExecutor
from dripstone.history.returns import tradable_returns

__all__ = ["ComputeReport", "Executor", "FactorRun", "LocalExecutor", "Progress", "compute", "tradable_returns"]
