"""What banks write and read: ISO 20022 messages, payment codes, references with check digits."""
