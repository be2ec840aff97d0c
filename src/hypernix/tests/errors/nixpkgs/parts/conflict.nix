{
  units.web.memory = 1024;
}
