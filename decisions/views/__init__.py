"""Pages of decisions: authenticate, authorise, one service call, render."""
