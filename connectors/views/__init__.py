"""The pages of connectors: authenticate, authorise, check the form, one service call, render."""
