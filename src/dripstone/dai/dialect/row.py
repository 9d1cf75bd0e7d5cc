"""One function of the dialect: how it is called, what standard SQL it stands for, what it is."""

from dataclasses import dataclass
from functools import cached_property

from sqlglot import exp

from dripstone.dai.dialect.signature import Signature
from dripstone.dai.dialect.spelling import read_expressions

__all__ = ["Row"]


@dataclass(frozen=True)
class Row:
    """A function of the dialect.

    Parameters
    ----------
    spelling : name and parameters, ``c_rank(x, ascending:=true, pb:=date)``. A parameter named ``w`` is a window in
        rows, the current one included: at least 1, a fraction is cut off. ``pb`` and ``ob`` are the keys of windows.
    template : the SQL it stands for, over its parameters by name. Known windows:
        ``part`` PARTITION BY pb; ``run`` is part ORDER BY ob; ``back`` is run in the opposite order;
        ``roll`` is run over w rows up to the current one. ``OVER (part ORDER BY x)`` adds to a known window.
        ``if(flag, a, b)`` is settled at once where the flag is true or false; ``whole(n)`` is n without its fraction.
        A call of another function of the dialect works over the same keys. A kernel is a call too:
        ``kernel_rank(x, w) OVER run``.
    zh, en : one line each for whoever looks it up: what it is, its unit and what NULL does.
    """

    spelling: str
    template: str
    zh: str
    en: str

    @property
    def name(self) -> str:
        """As it is called, lower-case."""
        return self.spelling.partition("(")[0].lower()  # its signature is read when it is first called

    @cached_property
    def signature(self) -> Signature:
        """Its parameters."""
        return Signature.read(self.spelling)

    @cached_property
    def expression(self) -> exp.Expr:
        """The template's syntax tree; whoever changes it copies it first."""
        (expression,) = read_expressions(self.template)
        return expression

    @cached_property
    def brings_windows(self) -> bool:
        """Whether it works over windows of its own, so that it cannot stand before an OVER."""
        return self.expression.find(exp.Window) is not None

    @cached_property
    def looks_at_frame(self) -> bool:
        """Whether its template names ``w``: the rows of the window, its own parameter or else the author's frame."""
        return any(column.name == "w" for column in self.expression.find_all(exp.Column))
