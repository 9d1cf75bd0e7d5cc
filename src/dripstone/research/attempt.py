"""One line in the ledger for what is tried inside a ``with``."""

from contextlib import AbstractContextManager

from dripstone.factors.spec import FactorSpec
from dripstone.store import Trial
from dripstone.store.ledger import Findings, Stage
from dripstone.workspace import Workspace

__all__ = ["attempt"]


def attempt(
    workspace: Workspace,
    stage: Stage,
    factor: str,
    *,
    spec: FactorSpec | None = None,
    column: str | None = None,
    parent: str | None = None,
) -> AbstractContextManager[Findings]:
    """See ``Ledger.attempt``: a trial of the workspace's study, its parent by default the spec's."""
    fingerprint = spec and spec.fingerprint
    above = parent or (spec and spec.parent)
    return workspace.ledger.attempt(
        Trial(workspace.study, factor, stage, "ok", column, fingerprint=fingerprint, parent=above)
    )
