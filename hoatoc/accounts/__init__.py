"""The office's accounts: who may sign in, how, and for how long. All instants here are machine time."""
