"""``import dai``, as on BigQuant: nothing but the re-export of ``dripstone.dai``."""

from dai import udf as udf
from dripstone.dai import *  # noqa: F403
