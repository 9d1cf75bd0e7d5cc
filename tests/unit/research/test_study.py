import json
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import nbformat
import numpy as np
import pytest

from dripstone.errors import DataError, DripstoneError, FactorError, ModelError
from dripstone.factors.spec import FactorSpec, Needs
from dripstone.research import Direction, Draft, Event, ScriptedResearcher, Words, research
from dripstone.workspace import Workspace
from tests.unit.research.conftest import SQL
from tests.unit.research.pdf import write_pdf

EXAMPLE = Path(__file__).parents[3] / "examples" / "drip_stone"
BOOM = f"""import dai


def boom(x):
    return x[99999]


udf = dai.DaiUDF(name="boom", function=boom, return_type="double")
sql = '''{SQL.format(value="boom(array_agg(volume))")}'''
dai.query(sql, udf_list=[udf], full_db_scan=True).df()
"""
NOTHING = Words("", "")
GOOD = "def f(bars):\n    return np.nansum(bars.volume[:, :30], axis=1)"
RAISES = "def f(bars):\n    return bars.volume[0][9999]"
WIDE = "def f(bars):\n    return bars.volume"
EMPTY = "def f(bars):\n    return np.full(len(bars.instruments), np.nan)"


def draft(name: str, body: str, *, portable: str = "") -> Draft:
    source = f"import numpy as np\nfrom dripstone import factor\n\n\n@factor(fields=('volume',))\n{body}\n"
    return Draft(name, FactorSpec(name, "kernel", source, "f", Needs(), (name,)), portable)


def direction(key: str) -> Direction:
    return Direction(key, Words(key, key), NOTHING, NOTHING)


def script(drafts: dict[str, Draft], repairs: dict[str, list[Draft | None]] | None = None) -> ScriptedResearcher:
    keys = [*drafts, "unwritten"]
    return ScriptedResearcher(
        [direction(key) for key in keys], {key: [made] for key, made in drafts.items()}, repairs or {}
    )


@pytest.fixture
def report(tmp_path: Path) -> Path:
    return write_pdf(
        tmp_path / "report.pdf", [["滴水穿石：成交量的频谱与周期，一份用来测试的研究报告", "Rank IC 为 8.69%"]]
    )


def about(workspace: Workspace, slug: str) -> dict[str, object]:
    return json.loads((workspace.root / "studies" / slug / "study.json").read_text(encoding="utf-8"))


def newest(workspace: Workspace) -> str:
    folders = (workspace.root / "studies").iterdir()
    return max(folders, key=lambda folder: folder.stat().st_mtime_ns).name


def test_the_whole_way_with_the_playbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = Workspace.init(tmp_path / "ws")  # of its own: what another study has computed is no trial here
    workspace.simulate(twin="planted", instruments=60, days=9, seed=3)
    study = research(
        workspace,
        report=EXAMPLE / "report.pdf",
        baseline=EXAMPLE / "baseline.ipynb",
        prompt="只做去脉冲。",
    )
    assert study.baseline.column == "drip_stone"
    assert study.baseline.fidelity is not None
    assert study.baseline.fidelity.largest_difference <= 1e-12
    assert [variant.column for variant in study.variants] == ["drip_stone_mad"]
    assert study.variants[0].placebo is not None
    assert not study.failures
    assert "没有确认" in study.winner.words.zh if study.winner else False
    assert about(workspace, study.slug)["state"] == "finished"
    assert {trial.stage for trial in study.trials} == {"propose", "write", "check", "compute", "evaluate", "compare"}
    page = study.page.read_text(encoding="utf-8")
    assert "drip_stone_mad" in page
    assert "中位数绝对偏差" in page
    winner = nbformat.read(study.notebook, as_version=4)
    nbformat.validate(winner)
    monkeypatch.setenv("DRIPSTONE_WORKSPACE", str(workspace.root))
    found: dict[str, object] = {"__name__": "__main__"}
    exec(winner.cells[1].source, found)  # the notebook must run as it is
    frame = found["factor_values"]
    panel = workspace.store.panel(study.variants[0].draft.spec.fingerprint, "drip_stone_mad")
    assert len(frame) == np.isfinite(panel.values).sum()  # type: ignore[arg-type]  # a data frame made by the notebook


def test_a_column_declared_good_when_low_is_read_so_everywhere(workspace: Workspace) -> None:
    """Evaluation and comparison are of its negative, trials say when and on what, and the notebook tells the reader."""
    study = research(
        workspace,
        report=EXAMPLE / "report.pdf",
        baseline=EXAMPLE / "baseline.ipynb",
        prompt="只看卖方。",
    )
    [variant] = study.variants
    assert (variant.column, variant.label) == ("drip_stone_sell", "−drip_stone_sell")
    raw = workspace.evaluate("drip_stone_sell").spans[1].rank_ic
    read = variant.evaluation.spans[1].rank_ic
    np.testing.assert_allclose(read.values, -raw.values, atol=1e-12)
    assert variant.comparison.spans[1].variant.rank_ic.mean == pytest.approx(read.mean)
    assert study.page.read_text(encoding="utf-8").count("−drip_stone_sell") > 3
    assert study.notebook is not None
    assert "事先声明该列越低越好" in nbformat.read(study.notebook, as_version=4).cells[0].source
    measured = [trial for trial in study.trials if trial.column == "drip_stone_sell"]
    assert {trial.stage for trial in measured} == {"evaluate", "compare"}
    assert all(trial.window and trial.data_version for trial in measured)


def test_a_failed_draft_is_repaired_or_given_up_and_the_study_goes_on(
    workspace: Workspace, report: Path, plain: Path
) -> None:
    drafts = {
        "mended": draft("mended", RAISES),
        "stranger": draft("stranger", GOOD, portable=plain_script("min(volume)")),
    }
    researcher = script(drafts, {"mended": [draft("mended", GOOD.replace("30", "60"))]})
    study = research(workspace, report=report, baseline=plain, prompt="improve", researcher=researcher)

    assert study.baseline.fidelity is None  # no library factor is the day's volume: the SQL itself is the baseline
    assert study.baseline.computed.spec.form == "sql"
    assert [variant.column for variant in study.variants] == ["mended"]
    assert {failure.direction: failure.stage for failure in study.failures} == {
        "stranger": "check",
        "unwritten": "write",
    }
    assert "other columns" in str(study.failures[1].error)
    assert [name for name, _ in researcher.errors] == ["mended", "stranger"]
    assert "IndexError" in str(researcher.errors[0][1])  # the error goes back word for word
    failed = [trial for trial in study.trials if trial.outcome == "failed"]
    assert [(trial.factor, trial.stage) for trial in failed] == [
        ("unwritten", "write"),
        ("mended", "check"),
        ("stranger", "check"),
    ]
    assert study.variants[0].comparison.tries == 3  # the variant and two directions given up
    assert study.winner is not None
    assert "best measured of 3 tries, not confirmed" in study.winner.words.en
    assert len((study.folder / "trials.jsonl").read_text(encoding="utf-8").splitlines()) == len(study.trials)


def test_a_study_where_nothing_holds_is_still_a_report(workspace: Workspace, report: Path, plain: Path) -> None:
    drafts = {"wide": draft("wide", WIDE), "empty": draft("empty", EMPTY)}
    repairs: dict[str, list[Draft | None]] = {
        "wide": [draft("wide", WIDE + " * 2"), draft("wide", WIDE + " * 3"), draft("wide", GOOD)]
    }
    researcher = script(drafts, repairs)
    study = research(workspace, report=report, baseline=plain, prompt="", researcher=researcher)
    assert (study.variants, study.winner, study.notebook) == ((), None, None)
    messages = {failure.direction: str(failure.error) for failure in study.failures}
    assert "one number per instrument" in messages["wide"]
    assert "no value for any instrument" in messages["empty"]
    assert [name for name, _ in researcher.errors].count("wide") == 2  # then given up, though the script had a third
    assert "wide" in study.page.read_text(encoding="utf-8")


def test_a_column_of_a_script_is_the_baseline_and_another_family_is_no_improvement(
    workspace: Workspace, report: Path, tmp_path: Path
) -> None:
    path = tmp_path / "late.py"
    late = "sum(volume) FILTER (WHERE date::TIME > '14:30') / sum(volume) AS late_share, max(close)"
    path.write_text(plain_script(late), encoding="utf-8")
    study = research(workspace, report=report, baseline=f"{path}:late_share", prompt="只做去脉冲。")
    assert (study.baseline.column, study.baseline.fidelity) == ("late_share", None)
    assert [variant.column for variant in study.variants] == ["drip_stone_mad"]
    page = study.page.read_text(encoding="utf-8")
    assert "因子库里没有哪个内核实现给出与该 SQL 相同的取值" in page
    assert "基准不属于报告的因子族" in page
    with pytest.raises(FactorError, match=r"several columns.*FILE:late_share"):
        research(workspace, report=report, baseline=path, prompt="")


def test_what_is_the_baseline_already_is_not_measured_against_it(workspace: Workspace, report: Path) -> None:
    portable = resources.files("dripstone.factors.library.portable").joinpath("drip_stone_mad.py")
    with resources.as_file(portable) as baseline:
        study = research(workspace, report=report, baseline=baseline, prompt="只做去脉冲。")
    assert study.baseline.column == "drip_stone_mad"
    assert (study.variants, study.winner) == ((), None)
    assert "is the baseline itself" in (study.folder / "events.jsonl").read_text(encoding="utf-8")


def test_a_draft_cannot_name_a_path_and_a_failing_repair_gives_up_one_draft(
    workspace: Workspace, report: Path, plain: Path
) -> None:
    class Broken(ScriptedResearcher):
        def repair(self, draft: Draft, error: DripstoneError) -> Draft | None:
            raise ModelError("the model does not answer")

    outside = draft("../../outside", GOOD.replace("30", "20"), portable=plain_script("sum(volume)"))
    drafts = {"outside": [outside], "good": [draft("good", GOOD.replace("30", "20"))]}
    researcher = Broken([direction("outside"), direction("good")], drafts)
    study = research(workspace, report=report, baseline=plain, prompt="", researcher=researcher)
    assert [variant.column for variant in study.variants] == ["good"]
    (failure,) = study.failures
    assert "a draft's name is no name" in str(failure.error)
    assert not list(workspace.root.rglob("outside*"))


def plain_script(value: str) -> str:
    sql = SQL.format(value=value)
    return f'import dai\ndai.query("""{sql}""", filters={{"date": ["2025-01-01", "2025-01-31"]}}).df()\n'


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("print('no query')", "dai"),
        ('import dai\ndai.query("SELEKT 1", full_db_scan=True).df()', "does not parse"),
        (
            BOOM,
            "IndexError",
        ),
    ],
)
def test_a_bad_baseline_is_named_and_leaves_a_readable_study(
    workspace: Workspace, report: Path, notebook: Callable[[str], Path], code: str, message: str
) -> None:
    before = workspace.ledger.count()
    with pytest.raises(FactorError, match=message):
        research(workspace, report=report, baseline=notebook(code), prompt="改进")
    slug = newest(workspace)
    kept = about(workspace, slug)
    assert kept["state"] == "failed"
    assert message in str(kept["error"])
    assert workspace.ledger.count() > before
    assert workspace.trials(slug)[-1].outcome == "failed"
    assert (workspace.root / "studies" / slug / "reading.txt").read_text(encoding="utf-8")


def test_a_bad_report_is_named_and_leaves_its_error(workspace: Workspace, tmp_path: Path, plain: Path) -> None:
    page = tmp_path / "page.pdf"
    page.write_bytes(b"<html>")
    with pytest.raises(DataError, match="not a PDF"):
        research(workspace, report=page, baseline=plain, prompt="")
    assert about(workspace, newest(workspace))["state"] == "failed"


def test_an_empty_workspace_is_named(tmp_path: Path, report: Path, plain: Path) -> None:
    empty = Workspace.init(tmp_path / "empty")
    with pytest.raises(DataError, match=r"holds no bars.*simulate"):
        research(empty, report=report, baseline=plain, prompt="")
    assert not list((empty.root / "studies").iterdir())


def test_an_interrupt_leaves_the_study_readable_and_the_values_in_place(
    workspace: Workspace, report: Path, plain: Path
) -> None:
    early = GOOD.replace("30", "45")

    def stop(event: Event) -> None:
        if event.step == "judge":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        research(
            workspace,
            report=report,
            baseline=plain,
            prompt="",
            researcher=script({"early": draft("early", early)}),
            on_event=stop,
        )
    slug = newest(workspace)
    assert about(workspace, slug)["state"] == "interrupted"
    computed = [t for t in workspace.trials(slug) if t.stage == "compute" and t.factor == "early"]
    assert computed

    study = research(
        workspace, report=report, baseline=plain, prompt="", researcher=script({"early": draft("early", early)})
    )
    assert not [t for t in study.trials if t.stage == "compute"]  # every value was there already
    assert [variant.column for variant in study.variants] == ["early"]
