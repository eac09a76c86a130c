"""From bytes on a mail server to a decision: fetch, parse, decide, apply. Nothing here knows about web pages."""
