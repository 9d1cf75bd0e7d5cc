"""One HTML file out of a body and its charts: style, script and chart library inside, the network locked out."""

import base64
import gzip
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib import resources

from dripstone.report.chart import Option
from dripstone.report.markup import Markup, element, joined
from dripstone.settings import Language

__all__ = ["document"]

_LANGUAGE_TAGS: dict[Language, str] = {"zh": "zh-CN", "en": "en"}


def document(body: Markup, *, title: str, options: Mapping[str, Option], language: Language) -> str:
    """The whole file as a string; the same arguments give the same string.

    ECharts stands in it gzip-compressed and is inflated by the browser. The content security policy lets
    run the two scripts whose hashes it names, and nothing else: no request leaves the page.

    Parameters
    ----------
    body : what ``<main>`` holds.
    title : the window's title, plain text.
    options : chart id -> ECharts option; each id is that of a ``<div class="chart">`` in the body.
    language : sets ``<html lang>``.
    """
    script = _asset("page.js")
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_policy()),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title),
        element("style", Markup(_asset("page.css"))),
    )
    data = (
        _data("options", json.dumps(options, allow_nan=False, separators=(",", ":")), kind="application/json"),
        _data("themes", _asset("theme.json"), kind="application/json"),
        _data("echarts", base64.b64encode(_library()).decode("ascii"), kind="application/gzip"),
        element("script", Markup(script)),
    )
    page = element("html", head, element("body", element("main", body), *data), lang=_LANGUAGE_TAGS[language])
    return joined((Markup("<!DOCTYPE html>\n"), page, Markup("\n")))


@cache
def _policy() -> str:
    hashes = " ".join(f"'sha256-{_sha256(text)}'" for text in (_asset("page.js").encode(), gzip.decompress(_library())))
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _sha256(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode("ascii")


@cache
def _asset(name: str) -> str:
    return resources.files("dripstone.report").joinpath("assets", name).read_text(encoding="utf-8")


@cache
def _library() -> bytes:
    return resources.files("dripstone.report").joinpath("vendor", "echarts.min.js.gz").read_bytes()


def _data(name: str, text: str, *, kind: str) -> Markup:
    """A data block that the browser never runs; what could end it early is written as JSON escapes."""
    safe = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    return element("script", Markup(safe), type=kind, id=name)
