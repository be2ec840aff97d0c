{ a = 1; b = "two"; c = [ 3 4.5 null ]; d = { e = true; }; }
