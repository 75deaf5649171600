"""The views of the API: authenticate, authorise, check the form, one service call, answer."""
