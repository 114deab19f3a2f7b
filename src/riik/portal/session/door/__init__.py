"""The door of a site: to the national login and back, and out again."""
