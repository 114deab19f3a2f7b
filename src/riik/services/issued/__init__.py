"""Papers that were issued: how each stands now, told to whoever holds it."""
