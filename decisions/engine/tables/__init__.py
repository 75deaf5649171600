"""Decision tables: conditions of cells, and what hit policies make of the rows that match."""
