"""Who signs in and answers: agents, their roles, sign-in sessions and one-time links. Knows nothing of tickets."""
