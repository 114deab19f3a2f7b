"""Sealed PDF: made in `sealing`; read in `reading` and `cms`, judged in `judging`."""
