"""The mark of a lake whose bars are simulated, so that nobody takes them for a market's."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from dripstone.errors import DataError

__all__ = ["Simulation"]

_FILE_NAME = "simulated.json"


@dataclass(frozen=True, slots=True)
class Simulation:
    """What ``simulate`` was asked for, kept as ``simulated.json`` in the lake's folder."""

    twin: str
    instruments: int
    days: int
    seed: int
    last_day: str

    @property
    def label(self) -> str:
        """How reports call it: 'planted, seed 1'."""
        return f"{self.twin}, seed {self.seed}"

    def write(self, folder: Path) -> None:
        """Write the mark and bring it to the disk."""
        with (folder / _FILE_NAME).open("w", encoding="utf-8") as file:
            json.dump(asdict(self), file)
            file.flush()
            os.fsync(file.fileno())

    @classmethod
    def of(cls, root: Path) -> Self | None:
        """The mark of a lake; None where its bars are not simulated.

        Raises
        ------
        DataError : the mark is damaged.
        """
        path = root / _FILE_NAME
        try:
            return cls(**json.loads(path.read_bytes()))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError) as error:
            raise DataError(
                "the mark of a simulated lake is damaged",
                seen=str(error),
                expected="the arguments of simulate, as JSON",
                hint="simulate into a new workspace",
                path=path,
            ) from error
