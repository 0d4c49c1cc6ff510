"""Hỏa Tốc: a signed official directive becomes a running rollout. This package is the core: no Prefect, no web."""
