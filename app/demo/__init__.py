"""A desk that has been in use for a year, made up in bulk: for trying the product out at size, and for measurements.

`flask seed-demo --tickets N` writes it. Nothing here is used by a desk in real use.
"""
