"""Rehearses a directive: the real core on a simulated clock, with simulated units and a mail world in memory."""
