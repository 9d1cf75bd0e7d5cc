import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dripstone.research.statistic import NAMES, find_statistics


def found(text: str) -> set[tuple[str, str]]:
    return {(statistic.key, statistic.value) for statistic in find_statistics([text])}


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("因子表现出色，Rank IC 达-9.67%，", "rank_ic", "-9.67%"),
        ("RankIC 均值可达 5.99%", "rank_ic", "5.99%"),
        ("rankIC 均值为-0.068", "rank_ic", "-0.068"),
        ("Rank ICIR 为-4.73", "rank_icir", "-4.73"),
        ("其平均 IC 为-0.09，IC_IR 为 1.01", "icir", "1.01"),
        ("多空组合年化收益率达 39.69%", "long_short_annual_return", "39.69%"),
        ("五分组多空对冲的年化收益为 18.2%", "long_short_annual_return", "18.2%"),
        ("信息比\n率为 3.95", "information_ratio", "3.95"),
        ("月度胜率为 87.32%，最大回撤为 2.90%", "max_drawdown", "2.90%"),
        ("多头月均换手率为 62%", "turnover", "62%"),
        ("在回测区间 2013/01/01 ~ 2022/02/28 内", "period", "2013/01/01 ~ 2022/02/28"),
        ("回测时段为 2013 年 4 月-2017 年 5 月；", "period", "2013 年 4 月-2017 年 5 月"),
        ("样本空间为全体 A 股，剔除 ST 股；", "universe", "全体 A 股，剔除 ST 股"),
        ("每月月初调仓", "rebalancing", "月初调仓"),
        ("每次将股票分为 10 组", "groups", "分为 10 组"),
        ("annual return of the strategy; information ratio 2.5", "information_ratio", "2.5"),
    ],
)
def test_sentences(text: str, key: str, value: str) -> None:
    assert (key, value) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "按换手率的变化量将股票分开，第 3 步",
        "2.1 加权 IC 2.1 节",
        "Rank IC ........................ 12",
        "公开摘要没有写明股票池、分组数、交易成本与换手率",
        "IC 值随参数变化，见 2014 年",
    ],
)
def test_no_figure_is_made_up(text: str) -> None:
    assert not found(text)


def test_a_figure_belongs_to_the_most_specific_name() -> None:
    assert found("Rank ICIR 为 4.63，多空组合年化收益率为 32.69%") == {
        ("rank_icir", "4.63"),
        ("long_short_annual_return", "32.69%"),
    }


def test_lists_give_every_figure() -> None:
    assert {("rank_ic", v) for v in ("-7.49%", "-8.66%", "-9.32%")} <= found("Rank IC 分别为-7.49%、-8.66%和-9.32%")


def test_a_text_table_is_read_by_column() -> None:
    header = "因子名称 Rank IC Rank ICIR t值 年化收益率 年化波动率 信息比率 月度胜率 最大回撤"
    row = "球队硬币因子 -9.67% -4.73 -16.58 39.69% 10.06% 3.95 85.14% -7.58%"
    lines = f"{header}\n{row}\n资料来源"
    by_key = {s.key: s for s in find_statistics(["", lines])}
    assert {
        key: by_key[key].value for key in ("rank_ic", "rank_icir", "annual_return", "win_rate", "max_drawdown")
    } == {
        "rank_ic": "-9.67%",
        "rank_icir": "-4.73",
        "annual_return": "39.69%",
        "win_rate": "85.14%",
        "max_drawdown": "-7.58%",
    }
    assert by_key["rank_ic"].page == 2
    assert by_key["rank_ic"].context == "球队硬币因子"


def test_a_header_with_an_unknown_column_is_left_alone() -> None:
    assert not found("Rank IC Rank ICIR 神秘指标 最大回撤\n某因子 1.0% 2.0 3.0 4.0%")


def test_per_cents_become_fractions_and_words_have_no_number() -> None:
    figures = {s.key: s.number for s in find_statistics(["Rank IC 为 8.69%，月度调仓"])}
    assert figures["rank_ic"] == pytest.approx(0.0869)
    assert figures["rebalancing"] is None


@settings(deadline=None, max_examples=60)
@given(st.text(alphabet="RankICIR多空年化收益率为 0123456789.%-、和\n分组月度调仓区间至", max_size=120))
def test_any_text_gives_known_keys_and_finite_numbers(text: str) -> None:
    for statistic in find_statistics([text]):
        assert statistic.key in NAMES
        assert statistic.number is None or abs(statistic.number) < 1e4
        assert statistic.page == 1
