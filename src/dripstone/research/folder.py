"""A study's folder: made once, written as the study goes, readable whenever it stops."""

import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Self, TypeAlias

from dripstone.errors import DataError, printable

__all__ = ["Event", "OnEvent", "State", "StudyFolder"]

State: TypeAlias = Literal["running", "finished", "failed", "interrupted"]

_MAX_STEM = 40
_MAX_SAME_NAME = 10_000


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened in a study: which step, what, and how long the step had taken by then."""

    step: str
    text: str
    seconds: float


OnEvent: TypeAlias = Callable[[Event], None]


@dataclass
class StudyFolder:
    """``studies/<slug>/``, the only writer of it.

    sources/ (copies), study.json (state, sources with hashes), reading.json, summary.json, directions.json,
    factors/, trials.jsonl, report.html, winner.ipynb, events.jsonl. Every file is replaced whole, or appended to
    line by line, so that a study that was killed can still be read up to there.
    """

    path: Path
    on_event: OnEvent | None = None
    started: float = field(default_factory=time.monotonic)
    about: dict[str, object] = field(default_factory=dict[str, object])

    @classmethod
    def make(cls, studies: Path, sources: Mapping[str, Path], prompt: str, *, on_event: OnEvent | None) -> Self:
        """A new folder named after the day and the report; two studies that start together get two names.

        Raises
        ------
        DataError : a source that is not a file.
        """
        for name, source in sources.items():
            if not source.is_file():
                raise DataError(f"no such {name}", seen=str(source), expected="a file")
        now = datetime.now(UTC)
        folder = cls(_claimed(studies, f"{now:%Y%m%d}-{_stem(sources['report'])}"), on_event)
        folder.about |= {"slug": folder.slug, "created": now.isoformat(timespec="seconds"), "prompt": prompt}
        folder.about["sources"] = {name: folder._copy(name, source) for name, source in sources.items()}
        folder.write("sources/prompt.txt", prompt + "\n")
        folder.set_state("running")
        return folder

    @property
    def slug(self) -> str:
        """The folder's name, and the study's."""
        return self.path.name

    def set_state(self, state: State, **more: object) -> None:
        """Rewrite study.json."""
        self.about |= {"state": state, **more}
        self.write_json("study.json", self.about)

    def write(self, name: str, text: str) -> Path:
        """Replace a file as a whole."""
        target = self.path / name
        target.parent.mkdir(exist_ok=True)
        beside = target.with_name(f".{target.name}.new")
        beside.write_text(text, encoding="utf-8", errors="backslashreplace")
        os.replace(beside, target)
        return target

    def write_json(self, name: str, value: object) -> Path:
        """Replace a JSON file as a whole."""
        return self.write(name, json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")

    def write_lines(self, name: str, records: Sequence[object]) -> Path:
        """Replace a file of JSON lines."""
        return self.write(name, "".join(json.dumps(r, ensure_ascii=False, default=str) + "\n" for r in records))

    def tell(self, step: str, text: str, seconds: float = 0.0) -> None:
        """Append to events.jsonl and pass the event on."""
        text = printable(text)
        event = Event(step, text, round(seconds, 3))
        line = {"after_s": round(time.monotonic() - self.started, 3), "step": step, "text": text, "seconds": seconds}
        with (self.path / "events.jsonl").open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
        if self.on_event:
            self.on_event(event)

    def _copy(self, name: str, source: Path) -> dict[str, str]:
        target = self.path / "sources" / f"{name}{source.suffix}"
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(source, target)
        digest = hashlib.sha256(target.read_bytes()).hexdigest()
        return {"name": source.name, "file": f"sources/{target.name}", "sha256": digest}


def _claimed(studies: Path, name: str) -> Path:
    """The first of name, name-2, name-3 ... that this process is the one to make."""
    studies.mkdir(parents=True, exist_ok=True)
    for count in range(1, _MAX_SAME_NAME):
        path = studies / (name if count == 1 else f"{name}-{count}")
        try:
            path.mkdir()
        except FileExistsError:
            continue
        return path
    raise DataError("too many studies of one name", seen=name, hint="move old studies out of the way")


def _stem(report: Path) -> str:
    """The report's name as a folder can carry it; Chinese stays."""
    return re.sub(r"[^\w]+", "-", report.stem).strip("-_")[:_MAX_STEM] or "study"
