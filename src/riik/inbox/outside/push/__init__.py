"""Web push: a sealed message to a browser, through a service that can't read it."""
