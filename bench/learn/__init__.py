"""Training over a chain: the systems at work, with honest and evil workers."""
