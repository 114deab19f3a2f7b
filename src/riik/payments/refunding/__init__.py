"""Giving money back: two officials, one instruction to the bank, its word on it."""
