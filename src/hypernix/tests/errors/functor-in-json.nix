builtins.toJSON { handler = x: x; }
