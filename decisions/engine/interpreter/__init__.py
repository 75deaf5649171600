"""Evaluates typed trees node by node: the slow path, and the oracle for the compiled code."""
