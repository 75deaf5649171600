"""One file per activity: each opens a transaction, writes, records events and calls down."""
