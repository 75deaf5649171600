"""Decides many items at once: whole columns of facts in, whole columns of outputs out."""
