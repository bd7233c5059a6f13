"""What the plugins python, logging and config read of the interpreter and of the application's objects, by data alone."""
