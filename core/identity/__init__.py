"""Who is asking: users, memberships, roles, passwords, sessions and tokens."""
