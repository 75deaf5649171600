"""Commands of the decisions app."""
