"""The outside world: what comes in by API and feed, and what goes out to connectors."""
