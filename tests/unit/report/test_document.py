import base64
import gzip
import hashlib
import json
import re
from collections.abc import Callable
from importlib import resources
from typing import Any

from dripstone.report.document import document
from dripstone.report.markup import element

ReadHtml = Callable[[str], Any]


def sha(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def test_policy_lets_run_the_two_scripts_inside_and_nothing_else(read_html: ReadHtml) -> None:
    html = document(element("p", "x"), title="t", options={}, language="en")
    policy = next(m for m in read_html(html).named("meta") if m.get("http-equiv"))["content"]
    allowed = re.findall(r"'(sha256-[^']+)'", policy)
    loader = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    packed = re.search(r'<script type="application/gzip" id="echarts">([^<]*)</script>', html)
    assert packed
    library = gzip.decompress(base64.b64decode(packed[1])).decode("utf-8")
    assert sorted(allowed) == sorted([sha(loader[0]), sha(library)])
    assert len(loader) == 1
    assert "default-src 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "script-src" in policy
    assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]


def test_options_cannot_end_their_block(read_html: ReadHtml) -> None:
    options: dict[str, dict[str, object]] = {"c": {"name": "</script><script>alert(1)</script><!--"}}
    html = document(element("p", "x"), title="</title><script>", options=options, language="zh")
    reading = read_html(html)
    assert reading.unbalanced == []
    assert len(reading.named("script")) == 4
    assert reading.named("html") == [{"lang": "zh-CN"}]
    block = re.search(r'id="options">(.*?)</script>', html)
    assert block
    assert json.loads(block[1]) == options


def test_library_is_whole_and_carries_its_licence() -> None:
    vendor = resources.files("dripstone.report").joinpath("vendor")
    library = gzip.decompress(vendor.joinpath("echarts.min.js.gz").read_bytes()).decode("utf-8")
    assert 't.version="6.1.0"' in library or '"6.1.0"' in library
    assert "Apache License" in library
    assert "heatmap" in library  # the full build; the common one lacks it
    assert "Apache License" in vendor.joinpath("ECHARTS-LICENSE").read_text(encoding="utf-8")
    assert "Apache Software Foundation" in vendor.joinpath("ECHARTS-NOTICE").read_text(encoding="utf-8")
    assert "Mike Bostock" in vendor.joinpath("ECHARTS-LICENSE-D3").read_text(encoding="utf-8")
