"""The notebook: ``%load_ext dripstone`` gives ``%%sql`` and short errors."""

from IPython.core.interactiveshell import InteractiveShell

from dripstone.apps.notebook.magic import SqlMagic
from dripstone.apps.notebook.trouble import show_error
from dripstone.errors import DripstoneError

__all__ = ["load_ipython_extension"]


def load_ipython_extension(shell: InteractiveShell) -> None:
    """What ``%load_ext dripstone`` runs."""
    SqlMagic(shell).register()
    shell.set_custom_exc((DripstoneError,), show_error)
