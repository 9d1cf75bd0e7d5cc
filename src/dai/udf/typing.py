"""``dai.udf.typing``: nothing but the re-export of ``dripstone.dai.udf.typing``."""

from dripstone.dai.udf.typing import *  # noqa: F403
