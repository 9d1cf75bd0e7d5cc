"""A small simulated lake for the factors room."""

import pytest

from dripstone.lake.lake import BarLake
from dripstone.lake.simulate import simulate


@pytest.fixture(scope="session")
def small_lake(tmp_path_factory: pytest.TempPathFactory) -> BarLake:
    """Twelve simulated instruments over three days."""
    lake = BarLake(tmp_path_factory.mktemp("factors") / "lake")
    simulate(lake, twin="planted", instruments=12, days=3, seed=1)
    return lake
