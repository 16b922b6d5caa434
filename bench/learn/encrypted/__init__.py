"""Training by parties that show nobody their updates."""
