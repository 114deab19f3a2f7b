"""Residents who do not exist: who they are, how they look, which papers they have."""
