{
  name = "web;
  cores = 2;
}
