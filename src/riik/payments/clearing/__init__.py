"""The demonstration bank towards other banks and its customers' files."""
