"""One word per concept, and no word about the machine or the place it was written at."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = sorted(path for path in (ROOT / "src").rglob("*.py"))
WRITTEN = sorted(
    path
    for folder in ("src", "docs", "examples", "tests", "benchmarks")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in {".py", ".md", ".txt", ".ipynb", ".toml"} and path.name != "test_words.py"
) + sorted(ROOT.glob("*.md"))
OTHER_WORDS = re.compile(r"\b(ticker|tickers|asset_id|securities)\b", re.IGNORECASE)
MACHINE_PATHS = re.compile(r"(?<![\w./-])/(?:root|work|home/\w+)/")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", CODE, ids=name)
def test_the_glossary_is_kept(path: Path) -> None:
    assert not OTHER_WORDS.findall(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", WRITTEN, ids=name)
def test_no_path_of_one_machine(path: Path) -> None:
    assert not MACHINE_PATHS.findall(path.read_text(encoding="utf-8"))
