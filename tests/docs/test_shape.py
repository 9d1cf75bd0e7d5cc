"""The house keeps its shape: short files, short functions, few parameters, no drawer for odds and ends."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(path for path in (ROOT / "src").rglob("*.py") if "portable" not in path.parts)
ODDS_AND_ENDS = {"utils", "util", "common", "helpers", "helper", "misc", "contrib", "tools"}


def name(path: Path) -> str:
    return path.relative_to(ROOT / "src").as_posix()


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def code_lines(path: Path, node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function's body that hold code: neither docstring nor comment nor blank."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    if not body:
        return 0
    lines = path.read_text(encoding="utf-8").splitlines()[body[0].lineno - 1 : node.end_lineno]
    return sum(1 for line in lines if line.strip() and not line.strip().startswith("#"))


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_file_fits_in_the_head(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
    assert path.stem not in ODDS_AND_ENDS


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_function_fits_on_a_screen(path: Path) -> None:
    long = {node.name: n for node in functions(path) if (n := code_lines(path, node)) > 40}
    assert not long


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_function_takes_few_things(path: Path) -> None:
    """The data and at most six more, self and cls aside; a command's are its options, and BigQuant fixes its own."""
    fixed = {"query", "run_query", "create_function", "write_bdb"}  # run_query takes what query takes
    many: dict[str, int] = {}
    for node in functions(path):
        names = [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
        count = len([n for n in names if n not in {"self", "cls"}])
        if count > 7 and node.name not in fixed and "apps/cli" not in path.as_posix():
            many[node.name] = count
    assert not many
