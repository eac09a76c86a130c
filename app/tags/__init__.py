"""Tags: short words that agents put on tickets, client cards and articles. Only the words live here."""
