"""The admin pages: generated from declarations, rendered on the server, no rule of their own."""
