"""Tries to halt a chain of its own with weight traffic, and to bring it back."""
