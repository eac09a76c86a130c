"""The tests. They mirror the tree; what several of them share is in tests/support and tests/conftest.py."""
