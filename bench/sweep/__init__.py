"""Sweeps: a plan of cells, run one after another on networks of their own."""
