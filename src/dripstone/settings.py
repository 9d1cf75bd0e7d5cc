"""``dripstone.toml`` and the environment, parsed once into a frozen value."""

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal, get_args

from dripstone.errors import SettingsError

__all__ = ["FILE_NAME", "Language", "Settings", "find_workspace", "load_settings"]

FILE_NAME = "dripstone.toml"
Language = Literal["zh", "en"]

TEMPLATE = """\
# A dripstone workspace. Every key may be left out; these are the defaults.
# The environment wins: DRIPSTONE_LANGUAGE, DRIPSTONE_PROCESSES, DRIPSTONE_STRICT_END_DATE.

# Language of reports and summaries: "zh" or "en".
language = "zh"

# Worker processes for history; 0 means one per core.
processes = 0

# A date without a time as the end of a minute filter: false keeps that whole day and warns once,
# true reads it as 00:00:00 the way BigQuant does (and loses the day).
strict_end_date = false

# avg(x) OVER (... ROWS 19 PRECEDING) that you write out: false works with the rows that are there, as DuckDB does,
# true gives NULL unless the frame holds 20 rows without a NULL, as m_avg does.
full_frames = false

# QUALIFY COLUMNS(*) IS NOT NULL: true tests the columns named _... too, which the result leaves out.
qualify_tests_hidden = false

# Days with fewer instruments than this have no cross-section worth a number.
min_instruments = 50
"""


@dataclass(frozen=True, slots=True)
class Settings:
    """One workspace's choices. Units are in the names; ``processes`` 0 means one per core."""

    language: Language = "zh"
    processes: int = 0
    strict_end_date: bool = False
    full_frames: bool = False
    qualify_tests_hidden: bool = False
    min_instruments: int = 50

    @property
    def worker_count(self) -> int:
        """The number of worker processes meant by ``processes``."""
        return self.processes or os.cpu_count() or 1


def find_workspace(start: Path | None = None, environ: Mapping[str, str] | None = None) -> Path:
    """The workspace meant when none is named: ``$DRIPSTONE_WORKSPACE``, else the nearest ``dripstone.toml`` upward."""
    environ = os.environ if environ is None else environ
    named = environ.get("DRIPSTONE_WORKSPACE")
    if named:
        root = Path(named).expanduser()
        if not (root / FILE_NAME).is_file():
            raise SettingsError(
                "DRIPSTONE_WORKSPACE is not a workspace",
                seen=named,
                expected=f"a folder that holds {FILE_NAME}",
                hint=f"dripstone init {named}",
            )
        return root
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / FILE_NAME).is_file():
            return folder
    raise SettingsError(
        "no workspace found",
        seen=str(here),
        expected=f"{FILE_NAME} here or in a folder above",
        hint="dripstone init WS, then dripstone -w WS VERB, or set DRIPSTONE_WORKSPACE",
    )


def load_settings(root: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """Read ``root/dripstone.toml``, then let ``DRIPSTONE_*`` variables win.

    Raises
    ------
    SettingsError : no such file, not TOML, an unknown key, a value of the wrong type.
    """
    path = root / FILE_NAME
    try:
        given: dict[str, object] = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(
            "not a workspace",
            seen=str(root),
            expected=f"a folder that holds {FILE_NAME}",
            hint=f"dripstone init {root}",
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{FILE_NAME} does not parse", seen=str(error), expected="TOML", path=path) from error
    values = {key: _checked(key, value) for key, value in given.items()}
    values.update(_from_environment(os.environ if environ is None else environ))
    return Settings(**values)  # type: ignore[arg-type]  # every value was checked against its field above


def _from_environment(environ: Mapping[str, str]) -> dict[str, object]:
    found: dict[str, object] = {}
    for field in fields(Settings):
        text = environ.get(f"DRIPSTONE_{field.name.upper()}")
        if text is not None:
            found[field.name] = _checked(field.name, _parsed(text, getattr(Settings(), field.name)))
    return found


def _parsed(text: str, default: object) -> object:
    if isinstance(default, bool):
        return {"true": True, "1": True, "false": False, "0": False}.get(text.lower(), text)
    if isinstance(default, int) and text.lstrip("-").isdigit():
        return int(text)
    return text


def _checked(key: str, value: object) -> object:
    names = [field.name for field in fields(Settings)]
    if key not in names:
        near = difflib.get_close_matches(key, names, n=1)
        raise SettingsError(
            "unknown setting",
            seen=key,
            expected="one of " + ", ".join(names),
            hint=f"did you mean {near[0]}?" if near else "",
        )
    default: object = getattr(Settings(), key)
    if type(value) is not type(default):
        raise SettingsError(f"setting {key} has the wrong type", seen=value, expected=type(default).__name__)
    if key == "language" and value not in get_args(Language):
        raise SettingsError("unknown language", seen=value, expected="'zh' or 'en'")
    if isinstance(value, int) and value < 0:
        raise SettingsError(f"setting {key} is negative", seen=value, expected="0 or more")
    return value
