"""Formats: bytes in, values out, no decisions. Its modules are themselves the public names."""
