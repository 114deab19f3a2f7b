"""How a case is shown to the person whose it is: rows, questions, knots, in their language."""
