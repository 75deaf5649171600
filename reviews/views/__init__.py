"""Pages of reviews: authenticate, authorise, validate, one service call, render."""
