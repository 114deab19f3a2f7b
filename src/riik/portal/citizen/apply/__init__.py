"""Applying for something: questions, a last look, the signature, the fee, the receipt."""
