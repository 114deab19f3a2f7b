"""How is a service doing? Figures of many cases, none of one person."""
