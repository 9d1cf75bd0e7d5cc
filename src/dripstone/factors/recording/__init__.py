"""A notebook in dai spelling becomes a SQL factor: it is run once, on one day, and watched.

In the order things happen:

- ``record``: the parent's side.
- ``notebook``: cells and magics become one Python text.
- ``recorder``: the child's side; answers the notebook's queries, keeps them, proves the factor made of them.
- ``stage``, ``sample``: where the notebook runs, and the day of bars it sees.
- ``outline``, ``dayfree``, ``crossing``: what a SQL text says, the same text without its dates, whether it looks
  across days.
- ``slice``: a UDF cut out of the notebook with all it needs.
- ``choice``: of all the queries, the one that is the factor.
"""

from dripstone.factors.recording.record import Recording, record_notebook

__all__ = ["Recording", "record_notebook"]
