"""The conversation for programs."""
