let legacy = true; in assert !legacy; 1
