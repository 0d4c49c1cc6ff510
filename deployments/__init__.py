"""What registers flows with Prefect and what runs an installation: used by `hoatoc serve` itself."""
