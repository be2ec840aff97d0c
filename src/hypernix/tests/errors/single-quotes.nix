{ name = 'web'; }
