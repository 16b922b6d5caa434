"""The encrypted system under load: groups of parties whose updates are added unread, in rounds."""
