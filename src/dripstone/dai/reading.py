"""How the platform is read where its documents do not say: one choice each, with a key in ``dripstone.toml``."""

from dataclasses import dataclass

__all__ = ["Reading"]


@dataclass(frozen=True, slots=True)
class Reading:
    """The choices of one query.

    Parameters
    ----------
    strict_end_date : a date without a time at the end of a filter is 00:00:00, not that whole day.
    full_frames : ``avg(x) OVER (... ROWS n PRECEDING)`` that the author writes out needs a full window of non-NULL
        values, as ``m_avg`` does; otherwise it is DuckDB's, over the rows that are there.
    qualify_tests_hidden : ``QUALIFY COLUMNS(*) IS NOT NULL`` speaks of the columns named ``_...`` too, though the
        result leaves them out.
    """

    strict_end_date: bool = False
    full_frames: bool = False
    qualify_tests_hidden: bool = False
