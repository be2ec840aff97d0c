# Whether an address with a port is for this host alone.
{ lib }: address: lib.hasPrefix "[::1]:" address || lib.hasPrefix "127." address
