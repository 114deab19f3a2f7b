"""A service's folder: read and checked before anything of it runs."""
