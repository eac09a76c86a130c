"""Measurements, and the material they need: run one with `python -m bench.NAME`."""
