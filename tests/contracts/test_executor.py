"""Every executor: each chunk answered once, whatever happens to the workers."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from dripstone.errors import DataError, FactorError, SettingsError
from dripstone.history import Executor, LocalExecutor
from tests.contracts import executor_task

EXECUTORS = {
    "local-1": lambda: LocalExecutor(1),
    "local-2": lambda: LocalExecutor(2, start_up_s=0),  # workers are started however small the work is
}
executors = pytest.mark.parametrize("make", EXECUTORS.values(), ids=EXECUTORS)
Make = Callable[[], Executor]


def test_every_chunk_is_answered_once_and_the_same_bit_for_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_API_KEY", "secret")
    chunks = [{"seed": seed} for seed in range(6)]
    found = {name: list(make().map(executor_task.spectrum, chunks)) for name, make in EXECUTORS.items()}
    for results in found.values():
        assert sorted(result["seed"] for result in results) == list(range(6))
    bits = [{result["seed"]: result["bits"] for result in results} for results in found.values()]
    assert bits[0] == bits[1]
    assert {result["pid"] for result in found["local-1"]} == {os.getpid()}
    in_workers = [result["environment"] for result in found["local-2"] if result["pid"] != os.getpid()]
    assert in_workers
    for environment in in_workers:
        assert "SOME_API_KEY" not in environment
        assert (environment["OMP_NUM_THREADS"], environment["OPENBLAS_NUM_THREADS"]) == ("1", "1")


@executors
def test_what_a_task_prints_is_not_the_programs_answer(make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(list(make().map(executor_task.spectrum, [{"seed": seed} for seed in range(4)]))) == 4
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "a factor that prints" in printed.err


def test_a_task_cannot_read_the_chunks_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())  # for the first chunk, which runs here
    results = list(LocalExecutor(2, start_up_s=0).map(executor_task.listen, [{"n": n} for n in range(6)]))
    assert results == [{"heard": ""}] * 6


@executors
def test_no_chunks_no_results(make: Make) -> None:
    assert list(make().map(executor_task.spectrum, [])) == []


@executors
def test_what_a_task_raises_arrives_as_it_was(make: Make) -> None:
    with pytest.raises(DataError) as caught:
        list(make().map(executor_task.complain, [{"n": n} for n in range(5)]))
    assert str(caught.value) == str(DataError("a day is damaged", seen=3, date="2025-11-12"))


@executors
def test_a_defect_is_not_hidden(make: Make) -> None:
    with pytest.raises((ZeroDivisionError, RuntimeError), match=r"ZeroDivisionError|modulo by zero"):
        list(make().map(executor_task.stumble, [{"n": n} for n in range(5)]))


def test_a_worker_killed_by_sigkill_loses_nothing(tmp_path: Path) -> None:
    chunks = [{"n": n, "folder": str(tmp_path)} for n in range(8)]
    results = list(LocalExecutor(2, start_up_s=0).map(executor_task.die_once, chunks))
    assert (tmp_path / "died").exists()
    assert sorted(result["n"] for result in results) == list(range(8))


def test_a_chunk_that_always_kills_its_worker_is_given_up() -> None:
    with pytest.raises(FactorError, match=r"died each time.*\[7, 7, 7\].*fewer processes"):
        list(LocalExecutor(2, start_up_s=0).map(executor_task.die_always, [{"n": n} for n in range(5)]))


def test_workers_end_when_nobody_wants_the_rest(tmp_path: Path) -> None:
    chunks = [{"folder": str(tmp_path), "seconds": seconds} for seconds in (0, 0, 60, 60)]
    began = time.monotonic()
    with closing(LocalExecutor(2, start_up_s=0).map(executor_task.linger, chunks)) as results:
        next(results)
        next(results)
    assert time.monotonic() - began < 30
    assert_gone(tmp_path)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_workers_end_with_the_parent(tmp_path: Path, number: signal.Signals) -> None:
    script = (
        "import signal, sys\n"
        "from dripstone.history import LocalExecutor\n"
        "from tests.contracts.executor_task import linger\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "chunks = [{'folder': sys.argv[1], 'seconds': s} for s in (0, 2, 2, 2, 2)]\n"
        "list(LocalExecutor(2, start_up_s=0).map(linger, chunks))"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], env=environment, stderr=subprocess.PIPE
    ) as parent:
        wait_until(lambda: len(list(tmp_path.glob("*.worker"))) == 3)
        parent.send_signal(number)
        _, printed = parent.communicate(timeout=20)
    assert printed.count(b"Traceback") == (1 if number is signal.SIGINT else 0), printed.decode()
    wait_until(lambda: not living(tmp_path))


def test_no_process_at_all_is_refused() -> None:
    with pytest.raises(SettingsError, match="1 or more"):
        LocalExecutor(0)


def living(folder: Path) -> list[int]:
    pids = [int(path.stem) for path in folder.glob("*.worker")]
    return [pid for pid in pids if pid != os.getpid() and Path("/proc", str(pid), "exe").exists()]


def assert_gone(folder: Path) -> None:
    assert len(list(folder.glob("*.worker"))) > 1
    assert living(folder) == []


def wait_until(true: Callable[[], bool], *, timeout_s: float = 20) -> None:
    until = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)
