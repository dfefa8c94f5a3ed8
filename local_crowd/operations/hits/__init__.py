"""HITs: their types, layouts, slots and batches."""
