"""Changes of the tables of connectors, in order."""
