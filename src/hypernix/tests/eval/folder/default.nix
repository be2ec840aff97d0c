{ v = 3; r = ./x; nested = { deep.er = [ 10 20 ]; }; }
