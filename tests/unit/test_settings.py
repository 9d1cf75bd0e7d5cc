from pathlib import Path

import pytest

from dripstone.errors import SettingsError
from dripstone.settings import FILE_NAME, TEMPLATE, Settings, find_workspace, load_settings


def workspace(folder: Path, text: str = "") -> Path:
    (folder / FILE_NAME).write_text(text, encoding="utf-8")
    return folder


def test_the_template_is_the_defaults(tmp_path: Path) -> None:
    assert load_settings(workspace(tmp_path, TEMPLATE), {}) == Settings()
    assert load_settings(workspace(tmp_path, ""), {}) == Settings()


def test_the_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    root = workspace(tmp_path, 'language = "en"\nprocesses = 3\n')
    assert load_settings(root, {}) == Settings(language="en", processes=3)
    environ = {"DRIPSTONE_PROCESSES": "1", "DRIPSTONE_STRICT_END_DATE": "true", "OTHER": "x"}
    assert load_settings(root, environ) == Settings(language="en", processes=1, strict_end_date=True)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("langauge = 'zh'", "did you mean language"),
        ("processes = 'two'", "expected int"),
        ("processes = true", "expected int"),
        ("processes = -1", "expected 0 or more"),
        ("language = 'fr'", "'zh' or 'en'"),
        ("= 3", "does not parse"),
    ],
)
def test_wrong_settings_say_so(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        load_settings(workspace(tmp_path, text), {})


def test_wrong_environment_says_so(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="wrong type"):
        load_settings(workspace(tmp_path), {"DRIPSTONE_PROCESSES": "many"})


def test_the_nearest_workspace_upward_is_found(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    with pytest.raises(SettingsError, match="no workspace found"):
        find_workspace(deep, {})
    workspace(tmp_path)
    assert find_workspace(deep, {}) == tmp_path
    workspace(tmp_path / "a")
    assert find_workspace(deep, {}) == tmp_path / "a"
    assert find_workspace(deep, {"DRIPSTONE_WORKSPACE": str(tmp_path)}) == tmp_path


def test_a_named_folder_must_be_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="not a workspace"):
        find_workspace(tmp_path, {"DRIPSTONE_WORKSPACE": str(tmp_path / "nowhere")})
    with pytest.raises(SettingsError, match="not a workspace"):
        load_settings(tmp_path, {})
