let hosts = [ ]; in builtins.head hosts
