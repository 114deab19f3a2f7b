"""The engines behind the ports: databases, keys, the vault, jobs, web servers and clients."""
