"""Measurements of speed and memory, run by hand; none of them is a gate."""
