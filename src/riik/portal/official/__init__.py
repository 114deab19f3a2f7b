"""The officials' pages: queue, case, signature, questions to people, one's own looks."""
