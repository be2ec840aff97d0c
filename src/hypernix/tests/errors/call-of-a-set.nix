let defaults = { memory = 1; }; in defaults { memory = 2; }
