"""A register's officials at their desk: find a record, read it with its history, change it."""
