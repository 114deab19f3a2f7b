"""Several records at once, by what is in them: who may, and a look at each person found."""
