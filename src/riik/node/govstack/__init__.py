"""GovStack's doors of a node: what its file says of them, and how they are put together."""
