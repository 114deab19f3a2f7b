"""Every macro of the design in every state, with nobody's data: looked at, and tested."""
