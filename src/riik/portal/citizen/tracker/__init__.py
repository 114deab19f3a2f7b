"""Who looked at a person's data, why, by which law, and how that is proved."""
