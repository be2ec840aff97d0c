builtins.readFile ./nowhere/notes.txt
