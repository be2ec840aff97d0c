let
  vm = { memory, cores ? 1 }: memory * cores;
in
vm { cores = 2; }
