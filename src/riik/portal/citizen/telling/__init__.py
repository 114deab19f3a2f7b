"""How a person wants to hear that something is in their inbox."""
