"""People: review queues, claims, verdicts."""
