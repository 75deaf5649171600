"""Compiles typed trees to Python functions."""
