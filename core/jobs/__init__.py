"""Jobs: rows of the outbox, claimed and run after the commit that asked for them; three drivers, one handler."""
