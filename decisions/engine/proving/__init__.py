"""Proofs over all facts: what a model can never answer, whatever comes in."""
