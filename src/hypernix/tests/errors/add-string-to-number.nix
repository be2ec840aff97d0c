{
  cores = 1 + "2";
}
