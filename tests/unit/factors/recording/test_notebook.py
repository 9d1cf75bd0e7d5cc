from pathlib import Path

import pytest

from dripstone.errors import FactorError
from dripstone.factors.recording.notebook import read_notebook
from tests.unit.factors.recording.test_record import write_cells

CELL = """{{"cells": [{{"cell_type": "code", "id": "a", "metadata": {{}}, "execution_count": null, "outputs": [],
"source": "{}"}}], "metadata": {{}}, "nbformat": 4, "nbformat_minor": 5}}"""


def test_cells_are_joined_and_lines_are_told_by_cell(tmp_path: Path) -> None:
    notebook = read_notebook(write_cells(tmp_path / "a.ipynb", ["x = 1\ny = 2", "z = 3"]))
    assert notebook.source == "x = 1\ny = 2\n\nz = 3\n"
    assert notebook.place(2) == "cell 1, line 2"
    assert notebook.place(4) == "cell 2, line 1"


def test_a_script_counts_plain_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("import dai\n\nx = 1", encoding="utf-8")
    assert read_notebook(path).place(3) == "line 3"


def test_magics_are_left_out_but_not_inside_strings(tmp_path: Path) -> None:
    cell = "%matplotlib inline\nsql = '''\n% not a magic\n!neither\n'''\n!ls\nif sql:\n    %time y = 1"
    notebook = read_notebook(write_cells(tmp_path / "a.ipynb", [cell]))
    assert "% not a magic\n!neither" in notebook.source
    assert "    y = 1" in notebook.source
    assert notebook.notes == ("cell 1: left out %matplotlib inline", "cell 1: left out !ls")


def test_what_only_ipython_reads_is_left_out_wherever_it_stands(tmp_path: Path) -> None:
    cell = "files = !ls\nhere = %pwd\nframe.head?\ntext = '''\nwhat?\n'''  # really?\nlast = 1"
    notebook = read_notebook(write_cells(tmp_path / "a.ipynb", [cell]))
    assert notebook.source == "files = []\nhere = []\npass\ntext = '''\nwhat?\n'''  # really?\nlast = 1\n"
    assert [note.partition("left out ")[2] for note in notebook.notes] == ["files = !ls", "here = %pwd", "frame.head?"]


def test_cell_magics(tmp_path: Path) -> None:
    cells = ["%%time\nx = 1", "%%bash\nrm -rf nothing", '%%sql {"date": ["2024-01-02"]}\nSELECT "q" FROM t']
    notebook = read_notebook(write_cells(tmp_path / "a.ipynb", cells))
    assert "x = 1" in notebook.source
    assert "rm -rf" not in notebook.source
    assert """.query("SELECT \\"q\\" FROM t", filters={"date": ["2024-01-02"]})""" in notebook.source


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.ipynb", "not json", "not a notebook"),
        ("a.ipynb", '{"cells": 3}', "not a notebook"),
        ("a.ipynb", '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', "no code"),
        ("a.py", "def f(:\n  pass", "not Python.*line 1"),
        ("a.py", "\n", "no code"),
        ("a.py", "x = " + "(" * 300 + "1" + ")" * 300, "not Python"),
        ("a.ipynb", CELL.format(r"x = '\ud800'"), "not Python"),
        ("a.ipynb", CELL.format(r"x = '\u0000'"), "not Python"),
    ],
)
def test_what_is_no_notebook(name: str, text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(FactorError, match=words):
        read_notebook(tmp_path / name)


def test_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(FactorError, match="no such file"):
        read_notebook(tmp_path / "none.ipynb")
    (tmp_path / "a.py").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FactorError, match="cannot be read"):
        read_notebook(tmp_path / "a.py")
