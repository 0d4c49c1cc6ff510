"""The alternatives, in an environment of their own (`make bench-peers`): each runs as a script of that environment."""
