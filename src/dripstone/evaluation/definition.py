"""What every number is: printed beside it, in Chinese and English.

A key is a path of ``as_dict()`` below ``spans.<days>``, and below ``variant`` or ``baseline`` in a comparison:
``rank_ic.mean``, ``groups.long_excess.annual_return``. ``label`` is the return itself, ``label.excluded.<reason>``
the cells without one. The texts are in ``definition.toml``.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, TypeAlias

__all__ = ["DEFINITIONS", "IN_SAMPLE_WARNING", "Definition"]

_Entry: TypeAlias = Mapping[str, Any]
"""name and text by language, and as keys of the tables ``unit`` and ``null`` the two words of a number"""

_SEAM = re.compile(r"(?<=[\u4e00-\u9fff])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9%])(?=[\u4e00-\u9fff])")
"""Where Chinese meets Latin letters or digits, and a space belongs."""

_TEXTS = tomllib.loads(resources.files("dripstone.evaluation").joinpath("definition.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Definition:
    """One number.

    Parameters
    ----------
    name_zh, name_en : what it is called.
    zh, en : what it is.
    unit_zh, unit_en : of the number.
    null_zh, null_en : what it comes to when the factor knows nothing; "" where that depends on the data.
    """

    name_zh: str
    name_en: str
    zh: str
    en: str
    unit_zh: str
    unit_en: str
    null_zh: str
    null_en: str


def _definition(entry: _Entry) -> Definition:
    name, text = entry["name"], entry["text"]
    return Definition(
        name["zh"], name["en"], text["zh"], text["en"], *_word("unit", entry["unit"]), *_word("null", entry.get("null"))
    )


def _word(table: str, key: str | None) -> tuple[str, str]:
    """A unit or a null value in Chinese and English; a number that the table lacks reads the same in both."""
    found = _TEXTS[table].get(key, {"zh": key or "", "en": key or ""})
    return found["zh"], found["en"]


def _statistic_of(series: Definition, entry: _Entry) -> Definition:
    """A statistic's texts with the name and meaning of its daily series filled in, and its unit or the series'."""
    words = {"zh": series.name_zh, "en": series.name_en, "what_zh": series.zh, "what_en": series.en}
    name, text = entry["name"], entry["text"]
    unit = _word("unit", entry["unit"]) if "unit" in entry else (series.unit_zh, series.unit_en)
    null = (series.null_zh, series.null_en) if entry.get("null") == "{null}" else _word("null", entry.get("null"))
    return Definition(
        _SEAM.sub(" ", name["zh"].format(**words)),
        name["en"].format(**words),
        _SEAM.sub(" ", text["zh"].format(**words)),
        text["en"].format(**words),
        *unit,
        *null,
    )


def _definitions(tables: Mapping[str, Mapping[str, _Entry]]) -> Iterator[tuple[str, Definition]]:
    statistics = tables["statistic"]
    for key, entry in tables["daily"].items():
        series = _definition(entry)
        yield f"{key}.values", series
        yield f"{key}.mean", _statistic_of(series, statistics["mean"])
    for key, entry in tables["estimate"].items():
        series = _definition(entry)
        yield f"{key}.values", series
        yield from ((f"{key}.{name}", _statistic_of(series, text)) for name, text in statistics.items())
        if key.endswith(".returns"):
            book = key.removesuffix(".returns")
            yield from ((f"{book}.{name}", _statistic_of(series, text)) for name, text in tables["book"].items())
    for key, entry in tables["single"].items():  # last: a text of its own goes before a composed one
        yield key, _definition(entry)


DEFINITIONS: Mapping[str, Definition] = dict(_definitions(_TEXTS))

IN_SAMPLE_WARNING: Mapping[str, str] = _TEXTS["warning"]
"""Stands beside every verdict, by language: "zh", "en"."""
