"""Tickets and the messages in them: what can happen to a ticket, and reading them back. Sends nothing itself."""
