"""Whether a provider's services are offered: suspended on failed health, by decisions on record."""
