"""Support mailboxes, their folders, the RawMail journal, leases and the balance. Nothing here talks IMAP."""
