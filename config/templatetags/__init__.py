"""Template tags of the pages: one thing looks one way."""
