"""Following a case: where it stands, who has it, until when, and how to take it back."""
