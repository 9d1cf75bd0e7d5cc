"""Judge a panel of factor values against the returns that could have been traded."""

from dripstone.evaluation.compare import Comparison, compare
from dripstone.evaluation.definition import DEFINITIONS
from dripstone.evaluation.evaluate import Evaluation, evaluate
from dripstone.evaluation.label import Label, forward_return

__all__ = ["DEFINITIONS", "Comparison", "Evaluation", "Label", "compare", "evaluate", "forward_return"]
