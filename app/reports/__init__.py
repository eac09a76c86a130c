"""Figures about the whole desk: what runs, what waits. Reads every feature; changes none."""
