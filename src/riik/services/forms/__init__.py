"""The questions of a service: one JSON Schema for every channel, and the pages beside it."""
