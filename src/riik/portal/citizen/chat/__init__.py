"""A conversation with a program: the same questions as on the pages, one by one."""
