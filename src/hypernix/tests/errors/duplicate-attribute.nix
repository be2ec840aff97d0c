{
  memory = 1;
  cores = 2;
  memory = 3;
}
