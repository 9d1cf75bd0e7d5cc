"""The words between the numbers, Chinese beside English. What a number *is* stands in ``evaluation.definition``."""

from dataclasses import dataclass
from typing import NamedTuple

from dripstone.evaluation.definition import DEFINITIONS
from dripstone.settings import Language

__all__ = ["PHRASES", "Phrase", "Phrasebook"]


class Phrase(NamedTuple):
    """One text in both languages, with the same ``{names}`` to fill in."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """The phrases of one language."""

    language: Language

    def __call__(self, key: str, **values: object) -> str:
        """The phrase, filled in; a key that is not there is a KeyError."""
        return getattr(PHRASES[key], self.language).format(**values)

    def name(self, key: str) -> str:
        """What a number is called."""
        definition = DEFINITIONS[key]
        return definition.name_zh if self.language == "zh" else definition.name_en

    def define(self, key: str) -> str:
        """What a number is, its unit and what it comes to when the factor knows nothing."""
        definition = DEFINITIONS[key]
        what = (definition.zh if self.language == "zh" else definition.en).rstrip("。.")
        null = self("definition.null", null=self._term(definition.null_value)) if definition.null_value else ""
        return self("definition.line", what=what, unit=self._term(definition.unit), null=null)

    def _term(self, text: str) -> str:
        return TERMS_ZH.get(text, text) if self.language == "zh" else text


TERMS_ZH = {
    "+1 or -1": "+1 或 -1",
    "days": "日",
    "fraction": "小数",
    "fraction per day": "小数/日",
    "fraction per year": "小数/年",
    "instrument-days": "股票·日",
    "false": "否",
    "groups": "组",
    "instruments": "只股票",
    "pairs": "参与股票数",
    "probability": "概率",
    "tests": "次检验",
    "true or false": "是或否",
    "values": "个",
    "variants": "个变体",
    "word": "词",
    "no evidence": "没有证据",
    "0.8 / sqrt(pairs)": "0.8 / √参与股票数",
    "0, standard deviation about 1": "0，标准差约 1",
    "0.5, a little above: the sign is fitted": "略高于 0.5（符号是事后取的）",
    "1 / pairs": "1 / 参与股票数",
    "the mean of all pairs": "全部参与股票的均值",
    "uniform on 0..1": "0 到 1 均匀分布",
}
"""Units and null values as ``DEFINITIONS`` writes them, in Chinese; numbers and formulas read the same in both."""

PHRASES: dict[str, Phrase] = {
    "list.separator": Phrase("、", ", "),
    "days": Phrase("{n} 日", "{n} d"),
    "charts.missing": Phrase(
        "图表需要启用 JavaScript 的新版浏览器（支持 DecompressionStream，2023 年以后）；结果都在表格里。",
        "Charts need JavaScript and a browser with DecompressionStream (2023 or later). The results are in the tables.",
    ),
    "definition.line": Phrase("{what}。单位：{unit}{null}。", "{what}. Unit: {unit}{null}."),
    "definition.null": Phrase("；因子毫无信息时：{null}", "; of a factor that knows nothing: {null}"),
    "created": Phrase("生成于 {when}", "made {when}"),
    "sample.line": Phrase(
        "{instruments} 只股票 × {days} 个交易日，{start} 至 {end}",
        "{instruments} instruments × {days} trading days, {start} to {end}",
    ),
    "verdict.candidate": Phrase(
        "候选：{variant} 在 {span} 日平滑下 RankIC 比基准高 {difference}（95 % 区间 {low} 至 {high}，校正后 p {p}）。",
        "Candidate: at a smoothing span of {span} d, the RankIC of {variant} is {difference} above the baseline's "
        "(95 % interval {low} to {high}, corrected p {p}).",
    ),
    "verdict.no evidence": Phrase(
        "没有证据表明有变体优于基准。最接近的是 {variant}：{span} 日平滑下 RankIC 之差 {difference}"
        "（95 % 区间 {low} 至 {high}，校正后 p {p}）。",
        "No evidence that a variant beats the baseline. The nearest is {variant}: RankIC difference {difference} "
        "at a smoothing span of {span} d (95 % interval {low} to {high}, corrected p {p}).",
    ),
    "verdict.none": Phrase("没有可以与基准比较的变体。", "No variant could be compared with the baseline."),
    "verdict.detectable": Phrase(
        "在这段样本上，小于 {minimum} 的真实差异大多测不出来。",
        "On this sample, a true difference below {minimum} would mostly go unseen.",
    ),
    "verdict.caveat": Phrase(
        "这是在本样本上尝试 {tries} 次之后测得的，没有经过样本外确认；本样本不能说明该因子能否赚钱。",
        "Measured after {tries} tries on this sample, not confirmed on a holdout; "
        "this sample says nothing about earning money.",
    ),
    "verdict.evaluation": Phrase(
        "{factor}：{span} 日平滑下 RankIC 均值 {mean}（t {t}，{days} 个交易日）。",
        "{factor}: mean RankIC {mean} at a smoothing span of {span} d (t {t}, {days} trading days).",
    ),
    "verdict.evaluation.caveat": Phrase(
        "这是一段样本上的测量，没有扣除成本，没有经过样本外确认；不能说明该因子能否赚钱。",
        "A measurement on one sample, before cost, not confirmed on a holdout; it says nothing about earning money.",
    ),
    "verdict.compared.candidate": Phrase(
        "与基准 {baseline} 配对比较：候选（按 {tries} 次尝试、{looks} 次检验校正）。",
        "Paired with the baseline {baseline}: a candidate (corrected for {tries} tries, {looks} tests).",
    ),
    "verdict.compared.no evidence": Phrase(
        "与基准 {baseline} 配对比较：没有证据表明更好（按 {tries} 次尝试、{looks} 次检验校正）。",
        "Paired with the baseline {baseline}: no evidence that it is better "
        "(corrected for {tries} tries, {looks} tests).",
    ),
    "tile.tries": Phrase("尝试次数", "tries"),
    "tile.variants": Phrase("测得的变体", "variants measured"),
    "tile.failed": Phrase("失败的方向", "directions failed"),
    "tile.baseline": Phrase("基准 RankIC（{span} 日平滑）", "baseline RankIC ({span} d)"),
    "tile.best": Phrase("{variant} RankIC（{span} 日平滑）", "{variant} RankIC ({span} d)"),
    "results": Phrase("结果", "Results"),
    "results.note": Phrase(
        "每种平滑单独成段，基准在前。指向任何数字可看到定义，文末有全部定义。± 号就是方向；全部未扣成本。",
        "One block a smoothing span, the baseline first. Point at a number for its definition; all definitions are "
        "at the end. The sign is the direction; everything is before cost.",
    ),
    "column.factor": Phrase("因子", "factor"),
    "column.itself": Phrase("因子本身", "the factor itself"),
    "column.paired": Phrase("与基准配对", "paired with the baseline"),
    "column.placebo": Phrase("安慰剂", "placebo"),
    "head.rank_ic.mean": Phrase("RankIC", "RankIC"),
    "head.rank_ic.ratio": Phrase("ICIR", "ICIR"),
    "head.rank_ic.t": Phrase("t", "t"),
    "head.rank_ic.win_rate": Phrase("胜率", "win rate"),
    "head.groups.long_excess.returns.mean": Phrase("多头超额 基点/日", "long excess bp/d"),
    "head.groups.long_excess.turnover_per_day.mean": Phrase("换手 每日", "turn\u00adover/d"),
    "head.rank_autocorrelation.mean": Phrase("秩自相关", "rank AC"),
    "head.coverage.mean": Phrase("覆盖率", "cover\u00adage"),
    "head.tie_share.mean": Phrase("并列", "ties"),
    "head.difference.mean": Phrase("Δ RankIC", "Δ RankIC"),
    "head.difference_low": Phrase("95 % 下限", "95 % low"),
    "head.difference_high": Phrase("95 % 上限", "95 % high"),
    "head.difference.t": Phrase("t", "t"),
    "head.p_bonferroni": Phrase("校正 p", "adj. p"),
    "placebo.what": Phrase(
        "同一因子在日内分钟被打乱之后的 RankIC：应接近 0；与因子相近则说明测到的不是时间节奏。",
        "RankIC of the same factor on minutes shuffled within the day. Near the factor's own, "
        "what was measured is not the rhythm in time.",
    ),
    "span.head": Phrase("{span} 日平滑", "smoothing span {span} d"),
    "span.refused": Phrase("{factor}，{span} 日平滑：未能测量。{why}", "{factor}, span {span} d: not measured. {why}"),
    "groups.refused": Phrase("{factor}，{span} 日平滑：不分组。{why}", "{factor}, span {span} d: no groups. {why}"),
    "baseline": Phrase("基准", "baseline"),
    "charts": Phrase("图", "Charts"),
    "chart.rank_ic": Phrase("RankIC 均值，{span} 日平滑", "Mean RankIC, span {span} d"),
    "chart.rank_ic.note": Phrase(
        "横线为 ±1.96 个 Newey-West 标准误；空心菱形是安慰剂（打乱分钟）。",
        "Lines: ±1.96 Newey-West standard errors. Hollow diamond: the placebo on shuffled minutes.",
    ),
    "chart.difference": Phrase("RankIC 之差，{span} 日平滑", "RankIC difference, span {span} d"),
    "chart.difference.note": Phrase(
        "变体减基准，按日配对；横线为 95 % 区间，未按尝试次数校正。",
        "Variant less baseline, paired by day. Lines: 95 % interval, not corrected for the tries.",
    ),
    "chart.cumulative": Phrase("累计 RankIC，{span} 日平滑", "Cumulative RankIC, span {span} d"),
    "chart.cumulative.note": Phrase("按日相加；没有测量的日子断开。", "Summed by day; a day not measured is a gap."),
    "chart.groups": Phrase("各组日均收益，{span} 日平滑", "Mean return of groups, span {span} d"),
    "chart.groups.note": Phrase(
        "基点/日；第 1 组因子值最小，等权，未扣成本。",
        "Basis points a day; group 1 has the smallest values. Equal weight, before cost.",
    ),
    "chart.nav": Phrase("{factor}：各组净值，{span} 日平滑", "{factor}: value of groups, span {span} d"),
    "chart.nav.note": Phrase("从 1 起复利，未扣成本。", "Compounded from 1, before cost."),
    "chart.excess": Phrase("多头超额净值，{span} 日平滑", "Long-only excess, span {span} d"),
    "chart.excess.note": Phrase(
        "最高组减全体均值，从 1 起复利，未扣成本。", "Last group less the mean of all, compounded from 1, before cost."
    ),
    "chart.long_short": Phrase("多空净值，{span} 日平滑", "Long-short, span {span} d"),
    "chart.long_short.note": Phrase(
        "最高组减最低组（总敞口 200 %），从 1 起复利，未扣成本。",
        "Last group less the first (gross 200 %), compounded from 1, before cost.",
    ),
    "chart.frontier": Phrase("平滑前沿：换手与 RankIC", "Smoothing frontier: turnover and RankIC"),
    "chart.frontier.note": Phrase(
        "每条线一个因子，点由小到大依次为 {spans} 日平滑。左上更好。",
        "One line a factor, points from small to large: spans {spans} d. Up and to the left is better.",
    ),
    "chart.coverage": Phrase("每日覆盖率，{span} 日平滑", "Coverage by day, span {span} d"),
    "chart.coverage.note": Phrase(
        "有收益的股票中有因子值的比例。", "Share of the instruments with a return that have a factor value."
    ),
    "chart.daily": Phrase("每日 RankIC，{span} 日平滑", "RankIC by day, span {span} d"),
    "chart.daily.note": Phrase("柱为当日值。", "One bar a day."),
    "group": Phrase("第 {n} 组", "group {n}"),
    "axis.turnover": Phrase("多头换手，%/日", "turnover of the last group, % a day"),
    "prompt": Phrase("提出的问题", "What was asked"),
    "idea": Phrase("研报的想法与公式", "The report's idea and formula"),
    "idea.source": Phrase("来源：{source}", "Source: {source}"),
    "formula": Phrase("公式", "Formula"),
    "published": Phrase("研报公布的统计", "Statistics the report publishes"),
    "published.note": Phrase(
        "样本、股票池、调仓频率都不同，不能与上表直接比较。",
        "Another sample, universe and rebalancing: not to be compared with the table above.",
    ),
    "column.statistic": Phrase("统计量", "statistic"),
    "column.value": Phrase("数值", "value"),
    "column.page": Phrase("页", "page"),
    "baseline.section": Phrase("基准与忠实度", "Baseline and fidelity"),
    "fidelity.equal": Phrase(
        "内核形式与 SQL 形式一致：最大绝对差 {difference}（容许 {tolerance}），"
        "比较了 {days} 日、{instruments} 只股票、{values} 个值。",
        "Kernel form and SQL form agree: largest absolute difference {difference} (allowed {tolerance}), "
        "over {days} days, {instruments} instruments, {values} values.",
    ),
    "fidelity.differs": Phrase(
        "内核形式与 SQL 形式不一致：最大绝对差 {difference}（容许 {tolerance}），"
        "比较了 {days} 日、{instruments} 只股票、{values} 个值。",
        "Kernel form and SQL form differ: largest absolute difference {difference} (allowed {tolerance}), "
        "over {days} days, {instruments} instruments, {values} values.",
    ),
    "fidelity.none": Phrase("没有比较内核形式与 SQL 形式。", "Kernel form and SQL form were not compared."),
    "directions": Phrase("改进方向", "Directions"),
    "direction.ok": Phrase("已测量", "measured"),
    "direction.failed": Phrase("失败", "failed"),
    "code": Phrase("代码（{lines} 行）", "Code ({lines} lines)"),
    "ledger": Phrase("台账", "Ledger"),
    "ledger.note": Phrase(
        "每一次尝试，失败的也在内；共 {tries} 次计入判断。",
        "Every attempt, failures too; {tries} count in the verdict.",
    ),
    "column.trial": Phrase("编号", "trial"),
    "column.stage": Phrase("环节", "stage"),
    "column.outcome": Phrase("结果", "outcome"),
    "column.note": Phrase("说明", "note"),
    "stage.propose": Phrase("提出", "propose"),
    "stage.write": Phrase("编写", "write"),
    "stage.check": Phrase("检查", "check"),
    "stage.compute": Phrase("计算", "compute"),
    "stage.evaluate": Phrase("评估", "evaluate"),
    "stage.compare": Phrase("比较", "compare"),
    "outcome.ok": Phrase("成功", "ok"),
    "outcome.failed": Phrase("失败", "failed"),
    "timings": Phrase("用时", "Time taken"),
    "column.step": Phrase("步骤", "step"),
    "column.seconds": Phrase("秒", "seconds"),
    "sample": Phrase("样本", "Sample"),
    "sample.label": Phrase("收益：{label}", "Returns: {label}"),
    "sample.excluded": Phrase("没有收益的股票·日，按原因", "Instrument-days without a return, by reason"),
    "days.excluded": Phrase(
        "测量的天数与没有测量的原因，{span} 日平滑", "Days measured and why others were not, span {span} d"
    ),
    "column.reason": Phrase("原因", "reason"),
    "column.count": Phrase("数目", "count"),
    "definitions": Phrase("定义", "Definitions"),
    "made.with": Phrase(
        "由 dripstone 生成。图表：Apache ECharts（Apache-2.0），已内嵌；本页不访问网络。",
        "Made by dripstone. Charts: Apache ECharts (Apache-2.0), inside this file; this page makes no request.",
    ),
}
