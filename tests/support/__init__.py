"""Real servers and small tools for the tests: started from scratch directories, ended by pid, never by luck."""
