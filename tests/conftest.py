"""Fixtures that several rooms share."""

from pathlib import Path

import pytest

_SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite-golden", action="store_true", help="write golden files anew (make golden)")


@pytest.fixture(scope="session")
def rewrite_golden(request: pytest.FixtureRequest) -> bool:
    """True under ``make golden``: write the golden file instead of comparing with it."""
    return bool(request.config.getoption("--rewrite-golden"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real samples beside the checkout."""
    if not _SHARED.is_dir():
        pytest.skip("real samples are kept beside the checkout (../shared/data) and are not here")
    return _SHARED


@pytest.fixture(scope="session")
def real_bars(shared_data: Path) -> Path:
    """100 instruments x 62 days of real minute bars, BigQuant form."""
    return shared_data / "bar1m_100x62_sample.parquet"
