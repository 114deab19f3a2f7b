"""Anybody checks a paper: its code leads to the issuer, who says how it stands."""
