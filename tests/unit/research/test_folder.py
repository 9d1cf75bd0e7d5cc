import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dripstone.errors import DataError
from dripstone.research.folder import Event, StudyFolder


@pytest.fixture
def sources(tmp_path: Path) -> dict[str, Path]:
    report, baseline = tmp_path / "滴水 穿石.pdf", tmp_path / "b.ipynb"
    report.write_bytes(b"%PDF-1.4 report")
    baseline.write_text("{}")
    return {"report": report, "baseline": baseline}


def test_sources_are_copied_with_their_hashes(tmp_path: Path, sources: dict[str, Path]) -> None:
    folder = StudyFolder.make(tmp_path / "studies", sources, "改进它", on_event=None)
    about = json.loads((folder.path / "study.json").read_text(encoding="utf-8"))
    assert about["state"] == "running"
    assert about["prompt"] == "改进它"
    assert about["sources"]["report"]["name"] == "滴水 穿石.pdf"
    assert len(about["sources"]["report"]["sha256"]) == 64
    assert (folder.path / "sources" / "report.pdf").read_bytes() == b"%PDF-1.4 report"
    assert folder.slug.endswith("-滴水-穿石")


def test_studies_that_start_together_get_a_folder_each(tmp_path: Path, sources: dict[str, Path]) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = pool.map(lambda _: StudyFolder.make(tmp_path / "s", sources, "", on_event=None).slug, range(16))
    assert len(set(made)) == 16


def test_events_are_kept_and_passed_on(tmp_path: Path, sources: dict[str, Path]) -> None:
    heard: list[Event] = []
    folder = StudyFolder.make(tmp_path / "s", sources, "", on_event=heard.append)
    folder.tell("read", "三页", 1.25)
    assert heard == [Event("read", "三页", 1.25)]
    (line,) = (folder.path / "events.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["text"] == "三页"


def test_a_missing_source_makes_no_folder(tmp_path: Path, sources: dict[str, Path]) -> None:
    sources["baseline"] = tmp_path / "gone.ipynb"
    with pytest.raises(DataError, match="no such baseline"):
        StudyFolder.make(tmp_path / "s", sources, "", on_event=None)
    assert not (tmp_path / "s").exists()


@pytest.mark.parametrize("name", ["..", " ", "a b\x1b[31m", "滴" * 80, "\udcff", "con:|?*", "-rf"])
def test_any_file_name_gives_a_plain_folder(tmp_path: Path, sources: dict[str, Path], name: str) -> None:
    report = tmp_path / f"{name}.pdf"
    report.write_bytes(b"%PDF-")
    folder = StudyFolder.make(tmp_path / "s", sources | {"report": report}, "", on_event=None)
    assert folder.path.parent == tmp_path / "s"
    assert re.fullmatch(r"\d{8}-\w[\w-]{0,39}", folder.slug)
    assert json.loads((folder.path / "study.json").read_text(encoding="utf-8"))["state"] == "running"


def test_events_drive_no_terminal(tmp_path: Path, sources: dict[str, Path]) -> None:
    heard: list[Event] = []
    StudyFolder.make(tmp_path / "s", sources, "", on_event=heard.append).tell("check", "\x1b]0;title\x07 passed")
    assert heard[0].text == "\\x1b]0;title\\x07 passed"
