"""``dai.udf.functional``: nothing but the re-export of ``dripstone.dai.udf.functional``."""

from dripstone.dai.udf.functional import *  # noqa: F403
