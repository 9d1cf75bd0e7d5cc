"""Every source a docstring names is in the bibliography."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_keys_resolve() -> None:
    known = set(re.findall(r"@\w+\{([\w-]+),", (ROOT / "docs" / "sources.bib").read_text(encoding="utf-8")))
    named: dict[str, str] = {}
    for path in (ROOT / "src").rglob("*.py"):
        for block in re.findall(r"Source\n\s*-+\n((?:\s+.+\n)+)", path.read_text(encoding="utf-8")):
            for key in re.findall(r"\b([a-z]+\d{4}\w+)\b", block):
                named[key] = path.name
    assert named, "no docstring names a source: the pattern is broken"
    assert not {key: where for key, where in named.items() if key not in known}
