let
  vm = { memory, cores ? 1 }: memory * cores;
in
vm {
  memory = 512;
  cors = 2;
}
