"""FEEL, the expression language of DMN: reading and evaluating, pure and with limits."""
