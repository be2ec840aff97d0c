# Small programs that each work one part of an evaluator; every answer is a number.
let
  inherit (builtins)
    attrNames
    concatMap
    concatStringsSep
    elemAt
    filter
    foldl'
    genList
    length
    listToAttrs
    mapAttrs
    seq
    sort
    stringLength
    toJSON
    ;
  range = genList (n: n);
in
{
  fib =
    let
      fib = n: if n < 2 then n else fib (n - 1) + fib (n - 2);
    in
    fib 25;

  fold = foldl' (sum: n: sum + n) 0 (range 1000000);

  sort =
    let
      scrambled = map (n: n * 7919 - n * 7919 / 100003 * 100003) (range 100000);
    in
    elemAt (sort (a: b: a < b) scrambled) 500;

  strings = stringLength (foldl' (text: n: text + toString n) "" (range 4000));

  interpolation =
    let
      pair = n: "<${toString n}:${toString (n + 1)}>";
    in
    stringLength (concatStringsSep "," (map pair (range 200000)));

  attributes =
    let
      pair = n: {
        name = "key${toString n}";
        value = n;
      };
      set = listToAttrs (map pair (range 50000));
      next = mapAttrs (_: n: n + 1) set // {
        key7 = 1;
      };
    in
    length (attrNames next) + next.key7 + next.key9;

  updates = length (attrNames (foldl' (set: n: set // { "k${toString n}" = n; }) { } (range 3000)));

  lists = length (
    filter (n: n > 10) (
      concatMap (n: [
        n
        (n + 1)
        (n + 2)
      ]) (range 200000)
    )
  );

  json =
    let
      unit = n: {
        id = n;
        name = "unit ${toString n}";
        tags = [
          "a"
          "b"
        ];
      };
    in
    stringLength (toJSON (map unit (range 50000)));

  records =
    let
      grow =
        { count, total }:
        {
          count = count + 1;
          total = total + count;
        };
      step =
        state: _:
        let
          next = grow state;
        in
        seq next.total next;
    in
    (foldl' step {
      count = 0;
      total = 0;
    } (range 300000)).total;
}
