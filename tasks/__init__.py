"""Prefect tasks: each opens a session, calls the core once, and logs. Few and thick: never one per recipient."""
