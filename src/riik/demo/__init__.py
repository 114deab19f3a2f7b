"""The demonstration country: members, people and stories, and the card that people hold."""
