"""The page of trainings over a chain: what was learnt, who was paid, what it cost."""
