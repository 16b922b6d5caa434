"""Pages of trainings that tell a course of events: a headline, figures, tables, steps."""
