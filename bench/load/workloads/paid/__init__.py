"""The jobs system's paid side under load: many jobs of a market at once, workers of all kinds."""
