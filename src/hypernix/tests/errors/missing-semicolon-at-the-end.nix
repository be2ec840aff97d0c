{
  units.web = {
    memory = 512;
  }
}
