"""Keeping the knowledge base good: figures of articles, questions without one, doubles, answers typed again and again.

What is decided is pure and lives in app.knowledge; here it is gathered from tickets and ratings, and applied.
"""
