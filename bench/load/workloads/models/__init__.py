"""The models system's traffic: samples that a model on the chain learns, and claims of deposits."""
