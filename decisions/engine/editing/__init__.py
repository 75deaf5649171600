"""Changes a model by operations on rows, cells and columns, each with what takes it back."""
