"""Articles (canned answers), their versions, what was suggested beside which letter and what became of it."""
