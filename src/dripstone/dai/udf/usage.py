"""How the SQL of one query calls its UDFs: with how many arguments, and which of them are written out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp

from dripstone.dai.udf.declaration import DaiUDF

__all__ = ["CalledUDF", "called"]

_VARYING = (exp.Column, exp.Query, exp.Anonymous, exp.Window, exp.Star, exp.Lambda)


@dataclass(frozen=True)
class CalledUDF:
    """A UDF as one query calls it.

    Parameters
    ----------
    types : what its arguments are cast to, None for one taken as it is; None where their number differs.
    constants : positions that hold a literal or a parameter in every call.
    """

    udf: DaiUDF
    types: tuple[str | None, ...] | None
    constants: frozenset[int]


def called(udfs: Iterable[DaiUDF], trees: Sequence[exp.Expr]) -> tuple[CalledUDF, ...]:
    """The UDFs as the statements call them."""
    return tuple(_called(udf, list(calls(udf.name, trees))) for udf in udfs)


def calls(name: str, trees: Iterable[exp.Expr]) -> Iterator[exp.Anonymous]:
    """The calls of a function in the trees; SQL does not mind upper and lower case."""
    for tree in trees:
        for call in tree.find_all(exp.Anonymous):
            if call.name.lower() == name.lower():
                yield call


def _called(udf: DaiUDF, found: list[exp.Anonymous]) -> CalledUDF:
    chained = any(isinstance(call.parent, exp.Dot) for call in found)  # x.f(y): x is not among the arguments
    counts = {len(call.expressions) for call in found}
    if udf.parameters is not None or (len(counts) == 1 and not chained):
        types = udf.parameter_types(max(counts, default=0))
    else:
        types = None
    constant = [{i for i, given in enumerate(call.expressions) if not given.find(*_VARYING)} for call in found]
    return CalledUDF(
        udf, types, frozenset() if chained or not constant else frozenset.intersection(*map(frozenset, constant))
    )
