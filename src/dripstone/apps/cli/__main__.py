"""``python -m dripstone.apps.cli``: the command line without the console script."""

from dripstone.apps.cli import main

main()
