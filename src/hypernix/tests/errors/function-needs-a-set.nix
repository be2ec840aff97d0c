let
  vm = { memory }: memory;
in
vm "512"
