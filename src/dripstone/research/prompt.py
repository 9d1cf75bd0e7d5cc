"""The small vocabulary of a prompt that is understood without a language model. Documented in docs/research.md."""

import re
from dataclasses import dataclass

from dripstone.research.researcher import Words, language_of
from dripstone.settings import Language

__all__ = ["Asked", "read_prompt"]

_DIRECTIONS = {
    "despike": r"去脉冲|中位数绝对偏差|\bMAD\b|despik\w*|winsor\w*",
    "sides": r"买卖|买方|卖方|买力|卖力|买入|卖出|净买|方向分离|\bbuy\w*|\bsell\w*|\bsides?\b|\bnet\b",
    "bands": r"频带|频段|多周期|多频|\bbands?\b|multi-?band",
}
_SIDES = {
    "buy": r"买方(?!向)|买力|买入(?!卖出)|\bbuy(?:ing|er|ers)?\b",
    "sell": r"卖方(?!向)|卖力|卖出|\bsell(?:ing|er|ers)?\b",
    "net": r"净买|净值|相减|差值|\bnet\b",
}
_ONLY = re.compile(r"只|仅|单独|\bonly\b|\bjust\b", re.IGNORECASE)
_NOT = re.compile(r"不要|不用|不做|除了|别|去掉|排除|\bnot?\b|\bwithout\b|\bexcept\b|\bskip\b", re.IGNORECASE)
_GENERAL = re.compile(
    r"研报|报告|因子|改进|魔改|提升|优化|复现|代码|baseline|基准|notebook|ipynb|sql|对比|比较|历史|评价|绩效|角度|思路|傅[里立]叶|主力|"
    r"report|factor|improv\w*|better|implement\w*|replicat\w*|code|compar\w*|histor\w*|evaluat\w*|idea|paper|direction|try",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[。；;！!？?\n]+|(?<!\d)[.](?=\s|$)")
_NOT_UNDERSTOOD = Words("提示词中这一句没有看懂，没有照做：“{text}”", "Not understood, and not acted on: '{text}'")
_LEFT_ASIDE = Words("按提示词，不做：{names}", "Left out, as asked: {names}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a prompt asks for.

    Parameters
    ----------
    language : the answer's.
    directions : keys of the directions wanted; () for all.
    sides : "buy", "sell", "net" wanted of the split by side; () for all.
    notes : what was not understood or is left out, in that language.
    """

    language: Language
    directions: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read_prompt(prompt: str) -> Asked:
    """Read a prompt sentence by sentence.

    A sentence that names directions with "only" (只, 仅) restricts the study to them; one that names them with "not"
    or "without" (不要, 除了) takes them out; one that merely names them changes nothing, they are tried anyway.
    "Only the buy side" also restricts the columns. A sentence without a known word is reported, not guessed at.
    """
    language = language_of(prompt)
    only: set[str] = set()
    without: set[str] = set()
    sides: set[str] = set()
    notes: list[str] = []
    for sentence in filter(None, (part.strip() for part in _CLAUSE.split(prompt))):
        named = _named(_DIRECTIONS, sentence)
        if named and _ONLY.search(sentence):
            only |= named
            sides |= _named(_SIDES, sentence)
        elif named and _NOT.search(sentence):
            without |= named
        elif not named and not _GENERAL.search(sentence):
            notes.append(_NOT_UNDERSTOOD.in_language(language).format(text=sentence[:120]))
    wanted = (only or set(_DIRECTIONS)) - without
    if without:
        notes.append(_LEFT_ASIDE.in_language(language).format(names=", ".join(sorted(without))))
    restricted = only or without
    directions = tuple(key for key in _DIRECTIONS if key in wanted) if restricted else ()
    return Asked(language, directions, tuple(side for side in _SIDES if side in sides), tuple(notes))


def _named(words: dict[str, str], sentence: str) -> set[str]:
    return {key for key, pattern in words.items() if re.search(pattern, sentence, re.IGNORECASE)}
