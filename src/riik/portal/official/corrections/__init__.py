"""A register's owner answers people who say that a record is wrong: its officials' pages."""
