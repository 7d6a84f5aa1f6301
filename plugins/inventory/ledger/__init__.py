"""The ledger's engine: what a posting does to lots, balances, costs and moves."""
