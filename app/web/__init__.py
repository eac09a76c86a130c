"""Thin Flask views, one file per family of pages. They read input, call one service, and answer."""
