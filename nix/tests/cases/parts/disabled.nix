{
  lab.count = 7;
}
