from typing import Any

import pytest

from dripstone.dai.slice import Piece, Slicer
from dripstone.errors import FactorError


def cut(source: str, expression: str, *, line: int | None = None) -> Piece:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(source, "notebook", "exec"), namespace)
    slicer = Slicer(source, filename="notebook", namespace=namespace)
    return slicer.cut(eval(expression, namespace), line=line or source.count("\n") + 1)


def call(piece: Piece, *args: object) -> object:
    namespace: dict[str, Any] = {}
    exec(piece.source, namespace)
    return namespace[piece.name](*args)


def test_only_what_is_needed_in_its_order() -> None:
    source = """
import math, os
import json
SCALE = 2  # twice
OTHER = 3

class Point:
    def __init__(self, x): self.x = x

def helper(x): return Point(math.sqrt(x)).x * SCALE

def factor(x):
    json_text = OTHER = helper(x)
    return OTHER
"""
    piece = cut(source, "factor")
    assert call(piece, 9) == 6
    assert "# twice" in piece.source
    assert "import json" not in piece.source
    assert "OTHER = 3" not in piece.source


def test_the_last_definition_before_the_use_wins() -> None:
    source = "def f(x): return g(x)\ndef g(x): return 1\ndef g(x): return 2\ndef g(x): return 3"
    assert call(cut(source, "f", line=3), 0) == 2


def test_decorators_defaults_and_annotations_count_as_needed() -> None:
    source = """
from functools import wraps
LIMIT = 4
Number = float
def twice(f):
    @wraps(f)
    def inner(*args): return 2 * f(*args)
    return inner
@twice
def factor(x: Number, limit=LIMIT) -> Number: return min(x, limit)
"""
    assert call(cut(source, "factor"), 9) == 8


def test_functions_made_by_functions_bring_their_closure() -> None:
    source = """
BASE = 10
def make(step, inner):
    def factor(x): return BASE + step * inner(x)
    return factor
triple = lambda x: 3 * x
"""
    assert call(cut(source, "make(2, triple)"), 4) == 34
    assert call(cut(source, "triple"), 4) == 12


def test_values_that_no_statement_tells() -> None:
    source = """
import numpy as np
COUNT = 0
def bump():
    global COUNT
    COUNT += 5
bump()
for PERIOD in (np.int64(2), np.int64(7)):
    pass
WEIGHTS = {}
WEIGHTS["a"] = 4
def factor(x): return x + COUNT + PERIOD + WEIGHTS["a"]
"""
    assert call(cut(source, "factor"), 1) == 17


def test_try_import_blocks_go_along() -> None:
    source = "try:\n    from none import f\nexcept ImportError:\n    from math import sqrt as f\ndef g(x): return f(x)"
    assert call(cut(source, "g"), 16) == 4


def test_imported_functions_are_imported_again() -> None:
    assert call(cut("from statistics import mean", "mean"), [1, 3]) == 2
    assert call(cut("from math import *\ndef factor(x): return floor(x)", "factor"), 2.5) == 2


def test_two_statements_on_a_line() -> None:
    assert call(cut("a = 1; b = 2\ndef factor(): return a + b", "factor")) == 3


@pytest.mark.parametrize(
    ("source", "expression", "words"),
    [
        ("class A:\n    def f(self): return 1\na = A()", "a.f", "cannot be taken out"),
        ("def make(x):\n    def f(): return x\n    return f", "make(object())", "x: object"),
        ("a, f = lambda: 1, lambda: 2", "f.__class__(f.__code__, {})", "cannot be found"),
    ],
)
def test_what_cannot_stand_alone(source: str, expression: str, words: str) -> None:
    with pytest.raises(FactorError, match=words):
        cut(source, expression)
