"""The terminal: ``dripstone -w WS VERB``."""

__all__ = ["main"]


def main() -> None:
    """Run the command line; the console script ``dripstone``."""
    from dripstone.apps.cli.verb import app

    app()
