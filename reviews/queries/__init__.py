"""Reads of queues, items and verdicts; the number of queries never follows the number of rows."""
