"""One case: what is known, what the rules found, what the official does with it."""
