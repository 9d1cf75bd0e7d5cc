"""Functions kept in a workspace, for queries with auto_load_udf=True."""

import ast
import contextlib
import importlib
import math
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell

import dai
import dripstone.dai
from dai.udf.typing import DOUBLE, INTEGER
from dripstone.errors import DataError, FactorError, SettingsError

SOURCE = Path(dripstone.dai.__file__).parents[2]
SCALE = 3


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "dripstone.toml").write_text("")
    monkeypatch.setenv("DRIPSTONE_WORKSPACE", str(tmp_path))
    return tmp_path


def ask(sql: str, **options: Any) -> list[tuple[Any, ...]]:
    return dai.query(sql, auto_load_udf=True, **options).fetchall()


def grown(x: float) -> float:
    """Needs a name and an import of its file."""
    return math.sqrt(x) * SCALE  # a comment that is kept


def add_one(x: float) -> float:
    return grown(x) + 1


def mean(values: Iterable[float]) -> float:
    import numpy

    return float(numpy.mean(list(values)))


@np.vectorize
def tripled(x: float) -> float:
    return x * SCALE


def shift(by: int) -> Callable[[float], float]:
    def shifted(x: float) -> float:
        return x + by

    return shifted


def test_a_function_is_kept_and_called_by_name(workspace: Path) -> None:
    assert dai.create_function("Add_One", add_one, [DOUBLE], DOUBLE, description={"说明": "加一"}) == {
        "name": "Add_One",
        "message": "the function was created",
    }
    assert dai.list_functions() == ["Add_One"]
    assert ask("SELECT add_one(4), ADD_ONE(9)") == [(7.0, 10.0)]
    text = (workspace / "functions" / "add_one.py").read_text()
    ast.parse(text)
    assert '#   "description": {"说明": "加一"}\n' in text
    assert "# a comment that is kept" in text
    assert "mean" not in text


@pytest.mark.parametrize(
    ("function", "types", "call", "want"),
    [
        (mean, ([Iterable[float]], "double"), "kept([1, 2, 3])", 2.0),
        (tripled, (["double"], "double"), "kept(2)", 6.0),
        (shift(5), (["double"], "double"), "kept(2)", 7.0),
        (lambda x: x + SCALE, (["double"], "double"), "kept(2)", 5.0),
        (math.sqrt, (["double"], "double"), "kept(16)", 4.0),
        (np.float64, (["int"], "double"), "kept(16)", 16.0),
        (lambda x: (x, -x), ([INTEGER], "struct<a:int, b:int>"), "kept(2).b", -2),
    ],
    ids=["import inside", "decorated", "closure", "lambda", "library", "class", "struct"],
)
def test_what_can_be_kept(function: Callable[..., Any], types: tuple[Any, Any], call: str, want: object) -> None:
    dai.create_function("kept", function, *types)
    assert ask(f"SELECT {call}") == [(want,)]


def test_options_are_kept() -> None:
    dai.create_function(
        "kept", lambda v, n: v.lengths * n, ["double[]", "int"], "double", type="batch", null_handling="special"
    )
    sql = "SELECT kept([i, 2], 10), kept(nullif([i], [i]), 3) FROM range(1) t(i)"
    assert ask(sql) == [(20.0, 0.0)]


def test_a_kept_function_works_in_another_process(workspace: Path) -> None:
    dai.create_function("add_one", add_one, [DOUBLE], DOUBLE)
    script = workspace / "ask.py"
    script.write_text("import dai\nprint(dai.query('SELECT add_one(4)', auto_load_udf=True).fetchall())\n")
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, env={"PYTHONPATH": str(SOURCE)}, cwd=workspace
    )
    assert done.stdout == "[(7.0,)]\n", done.stderr


def test_nothing_is_loaded_that_is_not_asked_for(workspace: Path) -> None:
    dai.create_function("add_one", add_one, [DOUBLE], DOUBLE)
    bad = workspace / "functions" / "bad.py"
    bad.write_text((workspace / "functions" / "add_one.py").read_text() + "\nraise RuntimeError('it ran')\n")
    assert ask("SELECT add_one(4)") == [(7.0,)]
    with pytest.raises(FactorError, match="does not exist"):
        dai.query("SELECT bad(4)")
    with pytest.raises(FactorError, match="raised RuntimeError: it ran"):
        ask("SELECT bad(4)")


def test_a_function_in_the_list_goes_before() -> None:
    dai.create_function("add_one", add_one, [DOUBLE], DOUBLE)
    other = dai.DaiUDF("add_one", lambda x: x, return_type="double")
    assert ask("SELECT add_one(4)", udf_list=[other]) == [(4.0,)]


def test_a_name_that_is_taken() -> None:
    dai.create_function("kept", lambda x: x, [DOUBLE], DOUBLE)
    with pytest.raises(FactorError, match=r"kept already.*overwrite"):
        dai.create_function("KEPT", lambda x: x, [DOUBLE], DOUBLE)
    got = dai.create_function("Kept", lambda x: -x, [DOUBLE], DOUBLE, overwrite=True)
    assert got["message"] == "the function was replaced"
    assert dai.list_functions() == ["Kept"]
    assert ask("SELECT kept(2)") == [(-2.0,)]


def test_a_function_is_deleted() -> None:
    dai.create_function("kept", lambda x: x, [DOUBLE], DOUBLE)
    assert dai.delete_function("KEPT")["message"] == "the function was deleted"
    assert dai.list_functions() == []
    with pytest.raises(FactorError, match="no such function"):
        dai.delete_function("kept")


@pytest.mark.parametrize("name", ["../kept", "9th", "_kept", "", "涨", "a b"])
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(FactorError):
        dai.create_function(name, lambda x: x, [DOUBLE], DOUBLE)
    with pytest.raises(FactorError):
        dai.delete_function(name)


class Method:
    def call(self, x: float) -> float:
        return x


TABLE = np.arange(3)
HANDLE = threading.Lock()


def locked(x: float) -> float:
    with HANDLE:
        return x


def typed_in() -> Callable[[float], float]:
    namespace: dict[str, Any] = {}
    exec("def f(x): return x", namespace)
    return namespace["f"]


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        (("abs", lambda x: x, [DOUBLE], DOUBLE), "name of a DuckDB function"),
        (("kept", lambda x: x, [DOUBLE], None), "Could not infer the return type"),
        (("kept", lambda x: x, ["doubel"], DOUBLE), "unknown SQL type"),
        (("kept", typed_in(), [DOUBLE], DOUBLE), "source of the function cannot be had"),
        (("kept", TABLE.sum, [DOUBLE], DOUBLE), "source of the function cannot be had"),
        (("kept", Method().call, [DOUBLE], DOUBLE), "cannot be taken out of its source"),
        (("kept", eval("lambda x: x"), [DOUBLE], DOUBLE), "source of the function cannot be had"),
    ],
)
def test_what_cannot_be_kept(arguments: tuple[Any, ...], match: str) -> None:
    with pytest.raises(FactorError, match=match):
        dai.create_function(*arguments)
    assert dai.list_functions() == []


def test_a_description_that_json_cannot_hold() -> None:
    with pytest.raises(FactorError, match="description cannot be kept"):
        dai.create_function("kept", lambda x: x, [DOUBLE], DOUBLE, description={"a": object()})


def test_a_name_that_cannot_be_kept() -> None:
    globals()["HIDDEN"] = object()
    with pytest.raises(FactorError, match=r"value cannot be written down.*HIDDEN"):
        dai.create_function("kept", lambda x: HIDDEN and x, [DOUBLE], DOUBLE)  # type: ignore[name-defined]  # noqa: F821


def test_a_source_that_does_not_stand_alone(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = workspace / "package_of_a_user"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "scale.py").write_text("SCALE = 2\n")
    (package / "made.py").write_text("from .scale import SCALE\ndef double(x):\n    return SCALE * x\n")
    monkeypatch.syspath_prepend(workspace)
    double = importlib.import_module("package_of_a_user.made").double
    with pytest.raises(FactorError, match=r"raised ImportError: .*relative import.*inside the function"):
        dai.create_function("kept", double, [DOUBLE], DOUBLE)
    assert dai.list_functions() == []


def test_a_damaged_file(workspace: Path) -> None:
    dai.create_function("kept", lambda x: x, [DOUBLE], DOUBLE)
    (workspace / "functions" / "kept.py").write_text("def kept(x): return x\n")
    with pytest.raises(DataError, match=r"head of a kept function does not parse.*kept\.py"):
        ask("SELECT kept(2)")


def test_an_error_shows_the_line_of_the_kept_source(workspace: Path) -> None:
    dai.create_function("kept", lambda x: 1 / (x - x), [DOUBLE], DOUBLE)
    with pytest.raises(FactorError, match="ZeroDivisionError") as caught:
        ask("SELECT kept(2)")
    assert str(workspace / "functions" / "kept.py") in caught.value.hint
    assert "lambda x: 1 / (x - x)" in caught.value.hint


def test_two_writers_at_once() -> None:
    made: list[str] = []
    start = threading.Barrier(4)

    def create(number: int) -> None:
        start.wait()
        for i in range(5):
            with contextlib.suppress(FactorError):
                dai.create_function(f"kept{i}", shift(number), ["double"], "double")
                made.append(f"kept{i}")
            dai.create_function("newest", shift(number), ["double"], "double", overwrite=True)

    threads = [threading.Thread(target=create, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [f"kept{i}" for i in range(5)]
    assert dai.list_functions() == [*sorted(made), "newest"]
    assert ask("SELECT newest(1) IN (1, 2, 3, 4)") == [(True,)]


def test_cells_of_a_notebook_are_one_source() -> None:
    shell = InteractiveShell()
    for cell in (
        "import dai\nN = 4",
        "%colors nocolor",
        "def inner(x):\n    return x * N",
        "N = 5\ndef outer(x):\n    return inner(x) + 1",
        "made = dai.create_function('kept', outer, ['double'], 'double')",
    ):
        shell.run_cell(cell, store_history=True).raise_error()
    assert ask("SELECT kept(2)") == [(11.0,)]


def test_no_workspace(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DRIPSTONE_WORKSPACE", str(tmp_path / "none"))
    with pytest.raises(SettingsError):
        dai.list_functions()
