"""Rules, submissions, decisions, actions and the audit log."""
