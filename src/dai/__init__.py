"""``import dai``, as on BigQuant: nothing but the re-export of ``dripstone.dai``."""

from dripstone.dai import *  # noqa: F403
