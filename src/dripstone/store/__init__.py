"""Factor values by fingerprint and day, and the ledger of trials."""

from dripstone.store.export import Export, write_panel
from dripstone.store.ledger import Ledger, Trial
from dripstone.store.part import Part, PartDay, write_part
from dripstone.store.store import FactorStore, StoredFactor

__all__ = [
    "Export",
    "FactorStore",
    "Ledger",
    "Part",
    "PartDay",
    "StoredFactor",
    "Trial",
    "write_panel",
    "write_part",
]
