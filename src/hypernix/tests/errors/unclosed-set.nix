{
  units.web = {
    memory = 512;

  units.db = { memory = 1024; };
}
