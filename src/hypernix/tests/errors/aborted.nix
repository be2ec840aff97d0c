abort "this system is not supported"
