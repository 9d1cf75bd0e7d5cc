"""The folder of a data source whose files the author manages."""

from dataclasses import dataclass
from pathlib import Path

__all__ = ["DataSourceMount"]


@dataclass(frozen=True)
class DataSourceMount:
    """A folder to read and write files in; leaving the ``with`` block unmounts it."""

    path: str
    link: str | None = None

    def unmount(self) -> None:
        """Remove the link that was asked for; the folder stays."""
        if self.link is not None:
            Path(self.link).unlink(missing_ok=True)

    def __enter__(self) -> str:
        return self.path

    def __exit__(self, *_: object) -> None:
        self.unmount()
