"""How the inbox of a node tells people: its channels, and who knows where they are reached."""
