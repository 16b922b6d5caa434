"""Training one model that everybody may train: contributors of several kinds, on a chain."""
