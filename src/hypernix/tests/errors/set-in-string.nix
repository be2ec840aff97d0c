let package = { name = "web"; version = "1"; }; in "the ${package}"
