"""Compiles typed trees to Python functions; nothing is interpreted when decisions run."""
