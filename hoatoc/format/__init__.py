"""The directive format: one folder an office, one YAML file a directive, read once into frozen strict models."""
