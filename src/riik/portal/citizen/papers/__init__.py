"""Papers: all that a person's cases hold, and whether a signed file is what it seems."""
