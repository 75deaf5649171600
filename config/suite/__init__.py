"""`manage.py test`: every check of the repository, with one line for each thing left out."""

from config.suite.steps import main

__all__ = ["main"]
