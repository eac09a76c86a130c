"""Tasks: what is due when. Business hours and holidays live here; nothing here sends mail or changes a ticket."""
