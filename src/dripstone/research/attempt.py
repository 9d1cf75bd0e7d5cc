"""One line in the ledger for what is tried inside a ``with``."""

import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from dripstone.errors import DripstoneError
from dripstone.factors.spec import FactorSpec
from dripstone.store import Trial
from dripstone.store.ledger import Stage
from dripstone.workspace import Workspace

__all__ = ["Found", "attempt"]


@dataclass
class Found:
    """What an attempt found out; the ledger gets it when the attempt ends."""

    metrics: Mapping[str, object] = field(default_factory=dict[str, object])
    note: str = ""


@contextmanager
def attempt(
    workspace: Workspace, stage: Stage, factor: str, *, spec: FactorSpec | None = None, column: str | None = None
) -> Generator[Found]:
    """Record what happens inside as a Trial of the workspace's study; an error is recorded and goes on."""
    began = time.monotonic()
    found = Found()
    trial = Trial(study=workspace.study, factor=factor, stage=stage, outcome="ok", column=column)
    if spec is not None:
        trial = replace(trial, fingerprint=spec.fingerprint, parent=spec.parent)
    try:
        yield found
    except DripstoneError as error:
        trial = replace(trial, outcome="failed", error=error.as_dict())
        workspace.ledger.append(_told(trial, found, began))
        raise
    workspace.ledger.append(_told(trial, found, began))


def _told(trial: Trial, found: Found, began: float) -> Trial:
    return replace(trial, metrics=found.metrics, note=found.note, seconds=time.monotonic() - began)
