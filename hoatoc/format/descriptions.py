"""Descriptions of the format's fields in Vietnamese, for the JSON Schema and the reference page."""

#: Model name → field name → description; the empty field name describes the model.
FIELDS: dict[str, dict[str, str]] = {}
