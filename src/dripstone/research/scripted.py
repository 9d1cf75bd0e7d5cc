"""A researcher that plays answers given to it: for tests, and for replaying a study."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from dripstone.errors import DripstoneError, FactorError
from dripstone.factors.spec import FactorSpec
from dripstone.research.reading import ReportText
from dripstone.research.researcher import Direction, Draft, Summary, language_of

__all__ = ["ScriptedResearcher"]


@dataclass
class ScriptedResearcher:
    """Plays its directions, drafts and repairs in order, and keeps the errors it was shown.

    Parameters
    ----------
    directions : what ``propose`` returns.
    drafts : direction key -> what ``write`` returns; a key that is missing is a FactorError.
    repairs : draft name -> what successive calls of ``repair`` return; None, or no more of them, gives up.
    idea : the summary's idea.
    """

    directions: Sequence[Direction] = ()
    drafts: Mapping[str, Sequence[Draft]] = field(default_factory=dict[str, Sequence[Draft]])
    repairs: Mapping[str, Sequence[Draft | None]] = field(default_factory=dict[str, Sequence[Draft | None]])
    idea: str = ""
    name: str = "scripted"
    errors: list[tuple[str, DripstoneError]] = field(default_factory=list[tuple[str, DripstoneError]])

    def summarise(self, report: ReportText, baseline: FactorSpec, prompt: str) -> Summary:
        """The given idea, or the report's title."""
        return Summary(language_of(prompt), "scripted", self.idea or report.title, statistics=report.statistics)

    def propose(self, summary: Summary, baseline: FactorSpec) -> tuple[Direction, ...]:
        """The given directions."""
        return tuple(self.directions)

    def write(self, direction: Direction, summary: Summary, baseline: FactorSpec) -> tuple[Draft, ...]:
        """The given drafts, as children of the baseline."""
        if direction.key not in self.drafts:
            raise FactorError("the script has no draft for the direction", seen=direction.key)
        parent = baseline.fingerprint
        return tuple(replace(draft, spec=replace(draft.spec, parent=parent)) for draft in self.drafts[direction.key])

    def repair(self, draft: Draft, error: DripstoneError) -> Draft | None:
        """The next repair of that draft."""
        self.errors.append((draft.name, error))
        left = list(self.repairs.get(draft.name, ()))
        turn = sum(name == draft.name for name, _ in self.errors) - 1
        return left[turn] if turn < len(left) else None
