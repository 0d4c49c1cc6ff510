"""The ledger: the one place where the state of every rollout is kept, on SQLite or PostgreSQL alike."""
