"""A register's folder: what must fit in it, what changed since, how its owner publishes it."""
