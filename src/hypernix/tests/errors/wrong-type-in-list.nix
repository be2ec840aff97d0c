builtins.concatStringsSep ", " [ "a" 2 "c" ]
