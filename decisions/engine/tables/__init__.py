"""Decision tables: cells as sets, classes of values, masks of rows, plans, and hit policies."""
