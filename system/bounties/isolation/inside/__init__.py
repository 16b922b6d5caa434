"""What runs inside a cell beside the task: the standard library only, and imports of its own."""
