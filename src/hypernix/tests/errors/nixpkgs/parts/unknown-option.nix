{
  units.web.memroy = 512;
}
