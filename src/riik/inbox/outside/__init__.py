"""Outside the house: telling a person that something waits in their inbox, and by what."""
