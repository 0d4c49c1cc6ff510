"""The demonstration: a real directive rolls out over five days of a simulated clock, with units that answer."""
