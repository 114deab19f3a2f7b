"""What the state knows of a person, setting it right, and for whom the person may act."""
