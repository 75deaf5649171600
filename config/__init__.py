"""Composition root of Clearance: settings, addresses, processes and the wiring of events.

Imports nothing here: `config.bootstrap` runs before the dependencies are installed.
"""
