"""Money that the bank tells of, held against what is owed."""
