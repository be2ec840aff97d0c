let
  sizes = { small = 1; medium = 2; large = 4; };
in
with sizes; [ small meduim ]
