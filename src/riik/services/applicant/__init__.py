"""Who may do something for whom, and from which age: the folder's rule and where it is kept."""
