rec {
  memory = cores * 512;
  cores = units / 100;
  units = memory / 4;
}
