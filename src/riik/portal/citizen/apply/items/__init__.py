"""Answering with several things of one kind: each on a page of its own."""
