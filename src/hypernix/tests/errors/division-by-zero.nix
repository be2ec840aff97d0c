let total = 10; count = 0; in total / count
