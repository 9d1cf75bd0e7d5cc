"""dripstone: factor research on minute bars, from a report to a judged factor.

``Workspace.open(path)`` is the way in; ``factor`` declares one; ``dai`` runs BigQuant-spelled SQL on your own bars.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dripstone import dai as dai
    from dripstone.errors import DataError, DripstoneError, FactorError, ModelError, SettingsError
    from dripstone.factors.spec import factor
    from dripstone.lake.day import DayBars
    from dripstone.panel import Panel
    from dripstone.workspace import Workspace

__version__ = "0.1.0"

_HOMES = {
    "DataError": "errors",
    "DayBars": "lake.day",
    "DripstoneError": "errors",
    "FactorError": "errors",
    "ModelError": "errors",
    "Panel": "panel",
    "SettingsError": "errors",
    "Workspace": "workspace",
    "factor": "factors.spec",
    "load_ipython_extension": "apps.notebook",
}

__all__ = [
    "DataError",
    "DayBars",
    "DripstoneError",
    "FactorError",
    "ModelError",
    "Panel",
    "SettingsError",
    "Workspace",
    "dai",
    "factor",
]


def __getattr__(name: str) -> object:
    """Load a name from its room on first use, so that ``import dripstone`` costs nothing."""
    if name in _HOMES:
        return getattr(import_module(f"dripstone.{_HOMES[name]}"), name)
    if name == "dai":
        return import_module("dripstone.dai")
    raise AttributeError(f"module 'dripstone' has no attribute {name!r}")
