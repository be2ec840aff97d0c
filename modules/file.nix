# A file of the host: its path, as a string or as a Nix path, which is not
# copied to the store.
{ lib }:
lib.types.coercedTo lib.types.path toString lib.types.str
