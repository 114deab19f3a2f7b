"""Letters: what has legal effect and nobody opened, on paper."""
