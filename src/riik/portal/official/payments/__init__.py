"""The desk's pages of money: what came, what waits, what is given back."""
