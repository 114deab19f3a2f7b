"""The desk of a register's officials: search, record, signed change, a second pair of eyes."""
