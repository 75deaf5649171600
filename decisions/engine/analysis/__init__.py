"""Static checks of decision tables and models: what can be found out before any fact comes in."""
