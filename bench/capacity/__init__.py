"""How many workers, how often, how large: the answer, from a cost model fitted to measured
rounds."""
