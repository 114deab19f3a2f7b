"""An organisation that joins: its folder, what it asks of others, a country to try it in."""
