"""From what a factor is to something that computes it."""

from dripstone.factors.kernel import compile_kernel
from dripstone.factors.spec import Factor, FactorSpec

__all__ = ["compile_factor"]


def compile_factor(spec: FactorSpec) -> Factor:
    """The factor of a spec, ready to compute one day after another.

    A library factor is executed from the spec's source like any other: what the fingerprint covers is what runs.

    Raises
    ------
    FactorError : the source does not parse, raises when executed, or does not define what the spec names.
    """
    if spec.form != "sql":
        return compile_kernel(spec)
    from dripstone.factors.sql import compile_sql  # here and not above: DuckDB and sqlglot, which a kernel never needs

    return compile_sql(spec)
