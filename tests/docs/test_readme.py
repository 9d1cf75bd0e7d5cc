"""What the documents show, runs."""

import re
from pathlib import Path

import pytest

from dripstone.apps.cli.verb import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "ARCHITECTURE.md"]
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
VERBS = {command.callback.__name__ for command in app.registered_commands if command.callback}


def blocks(path: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", path.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_python_blocks_run(path: Path) -> None:
    shown = blocks(path, "python")
    assert shown
    for block in shown:
        exec(compile(block, path.name, "exec"), {"__name__": "shown"})


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_commands_exist(path: Path) -> None:
    shown = "\n".join(blocks(path, "bash"))
    named = set(re.findall(r"^dripstone (?:-w \S+ )?([a-z]+)", shown, re.MULTILINE))
    assert named <= VERBS


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (path.parent / target).exists(), target


def test_both_readmes_say_the_same() -> None:
    english, chinese = ROOT / "README.md", ROOT / "README.zh-CN.md"
    for language in ("bash", "python"):
        assert blocks(english, language) == blocks(chinese, language)
    headings = [re.findall(r"^#+ ", path.read_text(encoding="utf-8"), re.MULTILINE) for path in (english, chinese)]
    assert headings[0] == headings[1]
    assert all(len(path.read_text(encoding="utf-8").splitlines()) <= 150 for path in (english, chinese))
