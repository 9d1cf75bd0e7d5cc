"""HTML that cannot be injected: text is escaped where it enters the tree, and only ``Markup`` passes as it is."""

import re
from collections.abc import Iterable
from html import escape

__all__ = ["Content", "Markup", "element", "joined", "paragraphs"]

_VOID = frozenset({"br", "meta"})
# Controls, lone surrogates, non-characters, and the marks that reverse the reading direction of what follows.
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


class Markup(str):
    """Text that is HTML already. Only this room's own templates make it."""

    __slots__ = ()


Content = Markup | str | None


def element(tag: str, *children: Content, **attributes: str | None) -> Markup:
    """One element; children that are not ``Markup`` are escaped, None is left out.

    Attribute names lose a trailing underscore (``class_``) and turn inner ones into hyphens (``aria_label``);
    an attribute that is None is left out.
    """
    named = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{_escaped(value)}"'
        for name, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{tag}{named}>" if tag in _VOID else f"<{tag}{named}>{joined(children)}</{tag}>")


def joined(children: Iterable[Content]) -> Markup:
    """The children one after the other, each escaped unless it is ``Markup``."""
    return Markup("".join(c if isinstance(c, Markup) else _escaped(c) for c in children if c is not None))


def paragraphs(text: str) -> Markup:
    """One ``<p>`` a non-empty line."""
    return joined(element("p", line) for line in text.splitlines() if line.strip())


def _escaped(text: str) -> str:
    return escape(_UNFIT.sub("\ufffd", text.replace("\r\n", "\n")), quote=True)
