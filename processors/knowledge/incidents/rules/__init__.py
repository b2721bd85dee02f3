"""What speaks for a cause: a module of rules for each kind of trouble."""
