"""Processes behind the web: RQ jobs, the clock, the owner of the knowledge index, and the supervisor of them all."""
