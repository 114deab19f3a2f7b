"""Helping a person who is here: the official begins, the person shows their card, both see it."""
