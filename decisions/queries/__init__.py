"""Reads of decisions, one file per subject; they never write."""
