"""Services that come to people: an event in a register begins a case, and the state offers."""
