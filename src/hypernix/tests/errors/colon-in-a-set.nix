{
  memory: 512;
}
