import math
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dripstone.errors import DataError, FactorError
from dripstone.sandbox.child import CONTAINMENT, run_child

JOBS = "tests.unit.sandbox.jobs"
linux = pytest.mark.skipif(sys.platform != "linux", reason="the limit is set on Linux only")


def test_json_goes_in_and_comes_back() -> None:
    value = {"a": [1, 2.5, None, "文"], "b": float("nan")}
    answer = run_child(f"{JOBS}:echo", {"value": value})
    got = answer["got"]
    assert isinstance(got, dict)
    assert got["a"] == value["a"]
    assert math.isnan(got["b"])
    assert answer["output"] == ""


def test_nothing_of_the_surroundings_is_inherited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_API_KEY", "secret")
    answer = run_child(f"{JOBS}:surroundings", {})
    env = answer["env"]
    assert isinstance(env, dict)
    assert not {"SOME_API_KEY", "USER", "SSH_AUTH_SOCK", "VIRTUAL_ENV"} & set(env)
    assert env["HOME"] == env["TMPDIR"] == answer["cwd"] != os.environ.get("HOME")
    assert answer["left"] == []
    assert not Path(str(answer["cwd"])).exists()
    if sys.platform == "linux":
        assert answer["files"] == 6  # the parent's pipe, 1, 2, the answer, an empty stdin, and the folder being listed


def test_output_is_bounded_and_harmless() -> None:
    output = str(run_child(f"{JOBS}:talk", {"size": 100_000})["output"])
    assert "\\x1b[31mred\\x1b[0m 中文\tok" in output
    assert "raw\n" in output
    assert "bytes more" in output
    assert len(output) < 70_000


def test_dripstone_errors_keep_class_words_and_fields() -> None:
    with pytest.raises(DataError) as caught:
        run_child(f"{JOBS}:fail", {})
    assert str(caught.value) == str(
        DataError("no bars", seen=3, expected="some", hint="ingest", date="2024-01-02", line=7)
    )
    assert caught.value.fields == {"date": "2024-01-02", "line": 7}


@pytest.mark.parametrize(
    ("job", "words"),
    [
        ("crash", r"RuntimeError: oh \\x1b\[2J no.*jobs\.py"),
        ("leave", "died without an answer.*exit code 9"),
        ("none", "AttributeError"),
        ("large", "answer is too large"),
    ],
)
def test_other_ends(job: str, words: str) -> None:
    with pytest.raises(FactorError, match=f"(?s){words}"):
        run_child(f"{JOBS}:{job}", {})


def test_answers_that_are_no_dict() -> None:
    with pytest.raises(FactorError, match="did not answer with a dict"):
        run_child(f"{JOBS}:forget", {"value": [1]})
    with pytest.raises(FactorError, match="ModuleNotFoundError"):
        run_child("no.such:thing", {})


def test_time_out_kills_the_whole_family(tmp_path: Path) -> None:
    start = time.monotonic()
    with pytest.raises(FactorError, match=r"took too long.*grandchild") as caught:
        run_child(f"{JOBS}:sleep", {"path": str(tmp_path / "alive")}, timeout_s=1.5)
    assert time.monotonic() - start < 10
    assert _ends(int(str(caught.value.fields["output"]).split()[1]))


def test_a_child_whose_parent_is_killed_ends_with_its_family(tmp_path: Path) -> None:
    told, path = tmp_path / "told", str(tmp_path / "alive")
    call = f"run_child('{JOBS}:sleep', {{'path': {path!r}, 'told': {str(told)!r}}})"
    code = f"from dripstone.sandbox.child import run_child; {call}"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    parent = subprocess.Popen([sys.executable, "-c", code], env=environment)
    while not told.exists() or not told.read_text(encoding="utf-8").endswith("."):
        time.sleep(0.05)
    parent.kill()
    parent.wait()
    assert _ends(int(told.read_text(encoding="utf-8").rstrip(".")))


@linux
def test_memory_and_file_size_are_limited() -> None:
    with pytest.raises(FactorError, match=r"MemoryError.*allow more memory"):
        run_child(f"{JOBS}:eat", {}, memory_mb=1024)
    with pytest.raises(FactorError, match=r"OSError|SIGXFSZ"):
        run_child(f"{JOBS}:fill", {})


def test_input_is_empty_and_data_must_be_there(tmp_path: Path) -> None:
    assert run_child(f"{JOBS}:read_input", {}, data=[tmp_path])["input"] == ""
    with pytest.raises(DataError, match="not there"):
        run_child(f"{JOBS}:echo", {}, data=[tmp_path / "none"])


@linux
def test_a_fork_that_lives_on_keeps_nobody_waiting() -> None:
    began = time.monotonic()
    assert run_child(f"{JOBS}:fork", {}, timeout_s=30) == {"output": ""}
    assert time.monotonic() - began < 15


def test_code_that_ends_the_process_is_not_taken_for_a_lack_of_memory() -> None:
    with pytest.raises(FactorError, match=r"exit code 0.*os\._exit"):
        run_child(f"{JOBS}:quit_quietly", {})


def test_it_says_that_it_is_no_fence() -> None:
    assert "not a fence" in CONTAINMENT


def _ends(pid: int) -> bool:
    """Whether a process is gone within five seconds."""
    for _ in range(50):
        if not _runs(pid):
            return True
        time.sleep(0.1)
    return False


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
