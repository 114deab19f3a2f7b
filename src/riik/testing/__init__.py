"""For us and for others: simulated clocks, entropy, disks, databases and whole federations."""
