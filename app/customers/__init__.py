"""The client card: one person with addresses, phones, an organisation, notes and tags. Knows nothing of tickets."""
