"""A service on paper: the same questions as on the web, to be filled in by hand."""
