"""A small simulated workspace, made once."""

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from dripstone.workspace import Workspace

SQL = """SELECT date::DATE::DATETIME AS date, instrument, {value} AS total
FROM cn_stock_bar1m_c GROUP BY date::DATE, instrument"""


_TESTS = count(1)


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = Workspace.init(tmp_path_factory.mktemp("research") / "ws")
    made.simulate(twin="planted", instruments=60, days=9, seed=3)
    return made


@pytest.fixture
def notebook(tmp_path: Path) -> Callable[[str], Path]:
    """A notebook of one code cell."""

    def write(code: str) -> Path:
        path = tmp_path / "mine.ipynb"
        cell = {"cell_type": "code", "id": "a", "metadata": {}, "execution_count": None, "outputs": [], "source": code}
        path.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
        return path

    return write


@pytest.fixture
def plain(notebook: Callable[[str], Path]) -> Path:
    """A baseline that is no library factor, another one for each test: the ledger counts what was compared with it."""
    sql = SQL.format(value=f"sum(volume)::DOUBLE * {next(_TESTS)}")
    return notebook(f'import dai\ndf = dai.query("""{sql}""", filters={{"date": ["2025-01-01", "2025-01-31"]}}).df()')
