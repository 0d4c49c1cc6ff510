"""The web front door: units' pages behind signed links, and the office's board. It stands on the core alone."""
