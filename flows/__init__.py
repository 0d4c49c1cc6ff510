"""Prefect flows: order and schedule, nothing else."""
