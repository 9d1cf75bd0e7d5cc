import pytest

from dripstone.errors import FactorError
from dripstone.factors.registry import library
from dripstone.factors.spec import FactorSpec
from dripstone.research.playbook import Playbook, is_volume_spectrum
from dripstone.research.reading import ReportText

SPECTRAL = FactorSpec("mine", "sql", "SELECT fft_share(array_agg(volume), (2, 5)) AS period_share FROM t")
MOMENTUM = FactorSpec("mine", "sql", "SELECT close / open AS momentum FROM cn_stock_bar1m")
DRIP = ReportText(
    "r.pdf", "滴水穿石", ("用傅里叶变换看分钟成交量的周期，取 2-5 分钟频带的能量占比。Rank IC 为 8.69%。",)
)
OTHER = ReportText("r.pdf", "球队硬币", ("动量与反转，按波动率与换手率的变化翻转。",))


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("傅立叶变换，成交量，周期", True),
        ("成交量的频谱中能量占比", True),
        ("spectrum of trading volume, share of a period band", True),
        ("成交量的周期性与占比", False),
        ("小波变换与价格", False),
    ],
)
def test_the_family_is_known_by_its_words(text: str, known: bool) -> None:
    assert is_volume_spectrum(text) == known


def test_summary_names_the_idea_and_what_is_left_open() -> None:
    summary = Playbook().summarise(DRIP, SPECTRAL, "改进它。再给我写首诗。")
    assert summary.family == "volume_spectrum"
    assert summary.language == "zh"
    assert "频带" in summary.idea
    assert any("股票池" in line for line in summary.ambiguities)
    assert any("写首诗" in note for note in summary.notes)


def test_an_unknown_report_with_a_known_baseline_gets_the_directions() -> None:
    playbook = Playbook()
    summary = playbook.summarise(OTHER, SPECTRAL, "improve this factor")
    assert summary.family == ""
    assert "spectrum of minute volume" in summary.idea
    assert [direction.key for direction in playbook.propose(summary, SPECTRAL)] == ["despike", "sides", "bands"]


def test_a_baseline_of_another_family_is_said_to_be_one() -> None:
    playbook = Playbook()
    apart = playbook.summarise(DRIP, MOMENTUM, "改进它")
    assert any("基准不属于报告的因子族" in note for note in apart.notes)
    for direction in playbook.propose(apart, MOMENTUM):
        assert direction.reason.zh.startswith("基准不属于报告的因子族")
        assert "no improvement of it" in direction.reason.en
    own = playbook.summarise(DRIP, SPECTRAL, "改进它")
    texts = (*own.notes, *(direction.reason.zh for direction in playbook.propose(own, SPECTRAL)))
    assert not any("基准不属于" in text for text in texts)


def test_an_unknown_report_with_an_unknown_baseline_stops() -> None:
    playbook = Playbook()
    with pytest.raises(FactorError, match=r"no direction.*volume_spectrum.*another researcher"):
        playbook.propose(playbook.summarise(OTHER, MOMENTUM, ""), MOMENTUM)


def test_drafts_are_library_factors_with_scripts_and_the_columns_worth_judging() -> None:
    playbook = Playbook()
    summary = playbook.summarise(DRIP, SPECTRAL, "改进这个因子")
    drafts = {d.name: d for k in playbook.propose(summary, SPECTRAL) for d in playbook.write(k, summary, SPECTRAL)}
    assert list(drafts) == ["drip_stone_mad", "drip_stone_sides", "drip_stone_bands"]
    for name, draft in drafts.items():
        assert draft.spec.fingerprint == library()[name].fingerprint
        assert draft.spec.parent == SPECTRAL.fingerprint
        assert "dai.query(" in draft.portable
        assert set(draft.columns) <= set(draft.spec.columns or (name,))
    assert not {"band_1_2", "band_2_5"} & set(drafts["drip_stone_bands"].columns)


def test_the_prompt_restricts_directions_and_sides() -> None:
    playbook = Playbook()
    summary = playbook.summarise(DRIP, SPECTRAL, "只看买方")
    (direction,) = playbook.propose(summary, SPECTRAL)
    (draft,) = playbook.write(direction, summary, SPECTRAL)
    assert draft.columns == ("drip_stone_buy",)
