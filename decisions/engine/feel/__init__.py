"""FEEL texts become trees: lexer, names by scope, Pratt parser, types."""
