"""What fills one component's port with another, one module a port."""
