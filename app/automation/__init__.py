"""Automation: macros, rules and acknowledgements. What happens by itself or by one key, and the log of it. How mail
leaves is app.outgoing's; what a change of a ticket means is app.tickets'."""
