"""The bounty market as it is tried out: owners, clients, their jobs, and what became of them."""
