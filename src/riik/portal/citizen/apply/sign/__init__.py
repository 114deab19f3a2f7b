"""What a person puts their name to, and what they pay: the two steps that can't be taken back."""
