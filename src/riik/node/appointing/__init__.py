"""A node's appointments: what its file says of them, and how they are put together."""
