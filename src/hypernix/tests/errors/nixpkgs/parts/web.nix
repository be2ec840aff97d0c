{
  units.web = {
    memory = 512;
    source = "web:1";
  };
}
