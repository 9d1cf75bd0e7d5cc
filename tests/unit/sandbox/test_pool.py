"""Workers that share a list of chunks with their caller."""

import os
import sys

import pytest

from dripstone.sandbox.child import run_child
from dripstone.sandbox.pool import Pool, bare_environment, is_child

ECHO = "tests.unit.sandbox.jobs:scene"


def test_the_caller_takes_chunks_too_and_each_is_answered_once() -> None:
    with Pool(ECHO, environment={**bare_environment(), "COLOUR": "red"}) as pool:
        pool.start(1)
        pool.give(range(12))
        first = pool.answer()
        assert first is not None
        mine: list[object] = []
        while (chunk := pool.take()) is not None:
            mine.append(chunk)
        answers = [first]
        while len(answers) + len(mine) < 12:
            answer = pool.answer()
            assert answer is not None
            answers.append(answer)
        assert pool.answer(wait=False) is None
    assert sorted([*mine, *(chunk for chunk, _ in answers)]) == list(range(12))  # type: ignore[type-var]  # numbers
    told = first[1]
    assert isinstance(told, dict)
    assert told["child"] is True
    assert told["COLOUR"] == "red"
    assert told["folder"] == os.getcwd()


def test_without_processes_the_caller_does_it_all() -> None:
    with Pool(ECHO, environment={}) as pool:
        pool.give(["a"])
        assert pool.take() == "a"
        assert pool.take() is None


def test_a_folder_named_by_nothing_is_the_current_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    with Pool(ECHO, environment=bare_environment()) as pool:
        pool.start(1)
        pool.give([0])
        answer = pool.answer()
    assert answer is not None
    assert isinstance(answer[1], dict)
    assert os.getcwd() in answer[1]["path"]


def test_workers_that_are_never_given_anything_end() -> None:
    with Pool(ECHO, environment=bare_environment()) as pool:
        pool.start(2)


def test_who_is_a_child() -> None:
    assert not is_child()
    assert run_child("tests.unit.sandbox.jobs:whether_child", {})["child"] is True
