"""From a written reply to an accepted mail: the outbox, delivery states, composing and the SMTP door."""
