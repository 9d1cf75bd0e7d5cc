"""A Study: read the report and the baseline, propose, write, check, compare, record."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dripstone.research.folder import Event
    from dripstone.research.playbook import Playbook
    from dripstone.research.reading import ReportText, read_report
    from dripstone.research.researcher import Direction, Draft, Researcher, Summary, Words
    from dripstone.research.result import Study
    from dripstone.research.scripted import ScriptedResearcher
    from dripstone.research.study import research

_HOMES = {
    "Direction": "researcher",
    "Draft": "researcher",
    "Event": "folder",
    "Playbook": "playbook",
    "ReportText": "reading",
    "Researcher": "researcher",
    "ScriptedResearcher": "scripted",
    "Study": "result",
    "Summary": "researcher",
    "Words": "researcher",
    "read_report": "reading",
    "research": "study",
}

__all__ = [
    "Direction",
    "Draft",
    "Event",
    "Playbook",
    "ReportText",
    "Researcher",
    "ScriptedResearcher",
    "Study",
    "Summary",
    "Words",
    "read_report",
    "research",
]


def __getattr__(name: str) -> object:
    """Load a name on first use: the child process that opens a PDF imports this package and needs none of it."""
    if name in _HOMES:
        return getattr(import_module(f"dripstone.research.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'dripstone.research' has no attribute {name!r}")
