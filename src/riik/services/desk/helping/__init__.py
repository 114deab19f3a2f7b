"""Helping a person who is here: who may, what they were told, what is written down of it."""
