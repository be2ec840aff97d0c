{
  memory = 512,
  cores = 2
}
