"""Files that people upload: tables of any tool, mapped to the inputs of a model."""

from connectors.adapters.files.party import FilesParty

__all__ = ["FilesParty"]
