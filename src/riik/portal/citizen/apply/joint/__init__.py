"""Signing with others: who asks, the text that all of them sign, or a no."""
