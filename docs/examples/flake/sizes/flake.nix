{
  outputs =
    { self }:
    {
      small = "64Mi";
      large = "256Mi";
    };
}
