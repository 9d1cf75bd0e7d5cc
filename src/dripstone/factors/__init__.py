"""What a factor is, how it is found, compiled, checked and recorded.

- ``spec``: what a factor is, as data; ``@factor``.
- ``registry``: from what people type to a spec; ``library`` holds one idea a file.
- ``compile``: from a spec to something that computes it; ``kernel`` and ``sql`` are the two makes.
- ``check``: one day of a factor, also in a child process; ``values`` and ``blame`` say what is wrong with it.
- ``recording``: a notebook in dai spelling becomes a SQL spec.
"""
