"""An application that several people sign: the others are invited, and sign the same text."""
