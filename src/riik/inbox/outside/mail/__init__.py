"""E-mail: a hint that something waits in the inbox."""
