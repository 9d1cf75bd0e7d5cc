"""Every piece of code on docs/dai.md runs, in its order, over a simulated market."""

import re
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import dai
from dripstone import Workspace
from dripstone.dai.filter import BareEndDateWarning
from dripstone.lake.simulate import simulate
from dripstone.settings import Settings

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "dai.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(python|sql|ipython)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
JANUARY = {"date": ["2024-01-02", "2024-01-31 23:59:59"]}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("page")
    simulate(Workspace.init(root).lake, twin="null", instruments=8, days=22, seed=1, end="2024-01-31")
    return root


@pytest.fixture
def at_workspace(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("DRIPSTONE_WORKSPACE", str(workspace))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", BareEndDateWarning)
        yield


def shown(language: str) -> list[str]:
    found = [block for named, block in BLOCKS if named == language]
    assert found, f"the page shows no {language}"
    return found


@pytest.mark.usefixtures("at_workspace")
def test_the_python_runs() -> None:
    namespace: dict[str, object] = {"__name__": "shown"}
    for block in shown("python"):
        exec(compile(block, "dai.md", "exec"), namespace)


@pytest.mark.usefixtures("at_workspace")
def test_the_sql_runs_and_gives_rows() -> None:
    for block in shown("sql"):
        assert len(dai.query(block, filters=JANUARY)) > 0


@pytest.mark.usefixtures("at_workspace")
def test_the_cells_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    shell = InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}))
    values = [shell.run_cell(block) for block in shown("ipython")]
    assert all(ran.success for ran in values)
    assert len(values[-1].result) > 0


def test_every_reading_is_on_the_page() -> None:
    for name in ("strict_end_date", "full_frames", "qualify_tests_hidden"):
        assert name in Settings.__dataclass_fields__
        assert f"`{name} = true`" in PAGE
