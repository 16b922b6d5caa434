"""The models that learn on the chain, in whole numbers: what the contracts of that name compute."""
