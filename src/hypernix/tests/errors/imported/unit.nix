{
  name = base + "-1";
  base = 5;
}
