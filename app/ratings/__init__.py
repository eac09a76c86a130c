"""Invitations to rate a reply, the ratings customers gave, and scores with honest uncertainty."""
