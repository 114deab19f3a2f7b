"""What time does to a case, and what comes into it from others than its person."""
