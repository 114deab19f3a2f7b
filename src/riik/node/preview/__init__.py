"""A service's pages on this machine alone, with made-up people: a folder before it runs."""
