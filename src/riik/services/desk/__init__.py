"""The officials' desk of one authority: queues, cases, questions to people, signed decisions."""
