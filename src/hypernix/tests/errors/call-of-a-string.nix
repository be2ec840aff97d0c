{
  name = "web" "db";
}
