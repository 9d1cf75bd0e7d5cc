"""What every number is: printed beside it, in Chinese and English.

A key is a path of ``as_dict()`` below ``spans.<days>``, and below ``variant`` or ``baseline`` in a comparison:
``rank_ic.mean``, ``groups.long_excess.annual_return``. ``label`` is the return itself, ``label.excluded.<reason>``
the cells without one. The texts are in ``definition.toml``.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, TypeAlias

__all__ = ["DEFINITIONS", "IN_SAMPLE_WARNING", "Definition"]

_Entry: TypeAlias = Mapping[str, Any]
"""name and text by language, and as plain strings unit and null"""


@dataclass(frozen=True, slots=True)
class Definition:
    """One number.

    Parameters
    ----------
    name_zh, name_en : what it is called.
    zh, en : what it is.
    unit : of the number; "1" for a pure number.
    null_value : what it comes to when the factor knows nothing; "" where that depends on the data.
    """

    name_zh: str
    name_en: str
    zh: str
    en: str
    unit: str
    null_value: str


def _definition(entry: _Entry) -> Definition:
    name, text = entry["name"], entry["text"]
    return Definition(name["zh"], name["en"], text["zh"], text["en"], entry["unit"], entry.get("null", ""))


def _statistic_of(series: Definition, entry: _Entry) -> Definition:
    """A statistic's texts with the name and meaning of its daily series filled in."""
    words = {
        "zh": series.name_zh,
        "en": series.name_en,
        "what_zh": series.zh,
        "what_en": series.en,
        "null": series.null_value,
    }
    name, text = entry["name"], entry["text"]
    return Definition(
        name["zh"].format(**words),
        name["en"].format(**words),
        text["zh"].format(**words),
        text["en"].format(**words),
        entry.get("unit", series.unit),
        entry.get("null", "").format(**words),
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


_TEXTS = tomllib.loads(resources.files("dripstone.evaluation").joinpath("definition.toml").read_text(encoding="utf-8"))

DEFINITIONS: Mapping[str, Definition] = dict(_definitions(_TEXTS))

IN_SAMPLE_WARNING: Mapping[str, str] = _TEXTS["warning"]
"""Stands beside every verdict, by language: "zh", "en"."""
