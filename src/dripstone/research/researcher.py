"""Who thinks in a study: the four questions it asks, and what the answers look like."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol, Self

from dripstone.errors import DripstoneError
from dripstone.factors.spec import FactorSpec
from dripstone.research.reading import ReportText
from dripstone.research.statistic import PublishedStatistic
from dripstone.settings import Language

__all__ = ["Direction", "Draft", "Researcher", "Summary", "Words", "language_of"]

_CHINESE = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Words:
    """One text in both languages."""

    zh: str
    en: str

    def in_language(self, language: Language) -> str:
        """The text in that language."""
        return self.zh if language == "zh" else self.en

    def then(self, more: Self) -> Self:
        """Both texts, one after the other."""
        return replace(self, zh=f"{self.zh}{more.zh}", en=f"{self.en} {more.en}")


@dataclass(frozen=True, slots=True)
class Summary:
    """What the report says, in the language of the prompt.

    Parameters
    ----------
    language : of every text here.
    family : the kind of factor, by a name the researcher knows; "" when it knows none that fits.
    idea, formula : in words and as one line.
    statistics : what the report publishes, with pages.
    ambiguities : what the report leaves open or says twice, and the reading taken.
    notes : what of the prompt was not understood, and other things the reader should know.
    wanted : directions the prompt asks for by key; () means whatever the researcher finds best.
    sides : of a direction that splits the volume, the columns the prompt asks for; () means all.
    """

    language: Language
    family: str
    idea: str
    formula: str = ""
    statistics: tuple[PublishedStatistic, ...] = ()
    ambiguities: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Direction:
    """One improvement worth trying.

    Parameters
    ----------
    key : a short ASCII name, unique in the study.
    title, reason : what is changed, and why it should help.
    expected : the sign expected of each column, in words, said before looking.
    """

    key: str
    title: Words
    reason: Words
    expected: Words


@dataclass(frozen=True, slots=True)
class Draft:
    """One factor written for a direction.

    Parameters
    ----------
    name : of the factor.
    spec : the form that is computed: library, kernel source, or SQL.
    portable : the same idea as a script in dai spelling, ready to paste into BigQuant; "" when it cannot be said so.
    columns : the output columns to judge; () means every column it has.
    signs : column -> -1 where a low value is declared to be good, before anything is measured; +1 where not named.
    """

    name: str
    spec: FactorSpec
    portable: str = ""
    columns: tuple[str, ...] = ()
    signs: Mapping[str, int] = field(default_factory=dict[str, int])


class Researcher(Protocol):
    """Answers a study's questions. What it is given is data; what it returns is checked before it is believed.

    A language model stands here as well as the Playbook: the study never asks which. Any method may raise a
    FactorError or ModelError; that ends the step, and where one direction failed the others go on.
    """

    @property
    def name(self) -> str:
        """Who it is, for the report."""
        ...

    def summarise(self, report: ReportText, baseline: FactorSpec, prompt: str) -> Summary:
        """Say what the report's idea is, and read the prompt."""
        ...

    def propose(self, summary: Summary, baseline: FactorSpec) -> tuple[Direction, ...]:
        """Directions in the order to try them."""
        ...

    def write(self, direction: Direction, summary: Summary, baseline: FactorSpec) -> tuple[Draft, ...]:
        """Factors for one direction."""
        ...

    def repair(self, draft: Draft, error: DripstoneError) -> Draft | None:
        """Another draft after this one failed with ``error``; None to give it up."""
        ...


def language_of(text: str) -> Language:
    """Chinese as soon as there is one Chinese character, else English."""
    return "zh" if _CHINESE.search(text) else "en"
