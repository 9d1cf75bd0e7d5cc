"""The best measured variant, and the notebook that carries it to BigQuant."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from dripstone.evaluation.compare import SpanComparison
from dripstone.research.ladder import Variant
from dripstone.research.researcher import Words
from dripstone.settings import Language

__all__ = ["Winner", "choose_winner", "winner_notebook"]

_TITLE = Words("最好的一次测量：{column}", "Best measured: {column}")
_BODY = Words(
    """**{direction}**。{reason}

| RankIC 均值 | {column} | 基准 {baseline} | 差 |
|---|---|---|---|
{rows}

{span} 日平滑下的配对之差 {difference:+.4f}，95 % 区间 {low:+.4f} 至 {high:+.4f}，按 {looks} 次检验校正后 p = {p:.3f}。
{notes}这是 {tries} 次尝试中测得最好的一个，**没有经过样本外确认**；数据：{first} 至 {last}。

下面的代码是 dai 写法：在 dripstone 上验证过，按 BigQuant 的公开文档书写，可以粘贴过去。
START、END 是要计算的区间。{form}""",
    """**{direction}**. {reason}

| mean RankIC | {column} | baseline {baseline} | difference |
|---|---|---|---|
{rows}

Paired difference at span {span} d: {difference:+.4f}, 95 % interval {low:+.4f} to {high:+.4f}, p = {p:.3f} corrected
for {looks} tests.
{notes}It is the best measured of {tries} tries, **not confirmed** on a holdout; data: {first} to {last}.

The code below is in dai spelling: verified on dripstone, written after BigQuant's public documents,
ready to paste. START and END are the days to compute.
{form}""",
)
_ROW = Words("{span} 日平滑，{days} 个交易日", "span {span} d, {days} trading days")
_MINUS = Words(
    "名称前的“−”：事先声明该列越低越好，以上数字按其相反数衡量，脚本给出的是原值。",
    "The minus before the name: low values were declared to be good beforehand, and the numbers above are of the "
    "column's negative; the script gives the column itself. ",
)
_NOT_BETTER = Words(
    "没有变体比基准好，这是最接近的一个。", "No variant measured better than the baseline; this is the nearest. "
)
_NO_SCRIPT = Words(
    "这个因子没有 dai 写法，下面是 dripstone 的因子文件。",
    "This factor has no dai spelling; what follows is a dripstone factor file.",
)


@dataclass(frozen=True, eq=False, slots=True)
class Winner:
    """The variant with the largest paired improvement in RankIC over the baseline at the same smoothing.

    Parameters
    ----------
    variant : what was measured.
    span_days : the smoothing span at which it was the largest.
    tries : how many were tried to find it.
    """

    variant: Variant
    span_days: int
    tries: int

    @property
    def paired(self) -> SpanComparison:
        """Against the baseline at that span."""
        return self.variant.comparison.spans[self.span_days]

    @property
    def words(self) -> Words:
        """The only thing that may be said of it."""
        return Words(
            f"{self.variant.label}：{self.tries} 次尝试中测得最好的一个，没有确认",
            f"{self.variant.label}: best measured of {self.tries} tries, not confirmed",
        )


def choose_winner(variants: Sequence[Variant]) -> Winner | None:
    """The largest paired improvement over all variants and spans; None when nothing was measured.

    Looking at every span is paid for: the corrected p of each counts all variants times all spans.
    """
    pairs = [(v, span) for v in variants for span in v.comparison.spans]
    if not pairs:
        return None
    best, span = max(pairs, key=lambda pair: pair[0].comparison.spans[pair[1]].difference.mean)
    return Winner(best, span, best.comparison.tries)


def winner_notebook(winner: Winner, *, language: Language) -> str:
    """A notebook of two cells: what it is and how sure we are, then the code."""
    variant, paired = winner.variant, winner.paired
    first, last = str(variant.evaluation.first_day), str(variant.evaluation.last_day)
    text = _BODY.in_language(language).format(
        direction=variant.direction.title.in_language(language),
        reason=variant.direction.reason.in_language(language),
        column=variant.label,
        baseline=variant.comparison.baseline,
        span=winner.span_days,
        rows="\n".join(_row(span, c, language) for span, c in variant.comparison.spans.items()),
        difference=paired.difference.mean,
        low=paired.difference_low,
        high=paired.difference_high,
        looks=variant.comparison.looks,
        p=paired.p_bonferroni,
        notes="".join(note.in_language(language) for note in _notes(winner)),
        tries=winner.tries,
        first=first,
        last=last,
        form="" if variant.draft.portable else _NO_SCRIPT.in_language(language),
    )
    title = _TITLE.in_language(language).format(column=variant.label)
    code = variant.draft.portable or variant.draft.spec.source
    for name, day in (("START", first), ("END", last)):
        code = re.sub(rf'^{name} = "[\d-]+"$', f'{name} = "{day}"', code, count=1, flags=re.MULTILINE)
    book = new_notebook(
        cells=[new_markdown_cell(f"# {title}\n\n{text}", id="what"), new_code_cell(code.strip(), id="code")],
        metadata={"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
    )
    nbformat.validate(book)
    return json.dumps(book, ensure_ascii=False, indent=1) + "\n"


def _notes(winner: Winner) -> list[Words]:
    """What must be known to read the numbers: a declared minus, and that nothing was better."""
    better = winner.paired.difference.mean > 0
    read_down = winner.variant.comparison.declared_sign < 0
    return ([_MINUS] if read_down else []) + ([] if better else [_NOT_BETTER])


def _row(span: int, paired: SpanComparison, language: Language) -> str:
    name = _ROW.in_language(language).format(span=span, days=paired.difference.n_days)
    ours, theirs = paired.variant.rank_ic.mean, paired.baseline.rank_ic.mean
    return f"| {name} | {ours:+.4f} | {theirs:+.4f} | {paired.difference.mean:+.4f} |"
