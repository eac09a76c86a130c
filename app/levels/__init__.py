"""Service levels: what is promised to whom, how each promise stands, and who is told before it is broken."""
