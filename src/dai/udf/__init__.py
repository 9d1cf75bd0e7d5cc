"""``dai.udf``: nothing but the re-export of ``dripstone.dai.udf``."""

from dripstone.dai.udf import *  # noqa: F403
