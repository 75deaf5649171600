"""A Decision Service of OpenText that is asked beside our own rules."""

from connectors.adapters.opentext.party import OpenTextParty, Rows, execute

__all__ = ["OpenTextParty", "Rows", "execute"]
