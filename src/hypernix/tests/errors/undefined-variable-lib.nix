{
  memory = lib.mkDefault "1GiB";
}
