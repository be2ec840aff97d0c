# Lists.
{ lib }:
let
  inherit (builtins)
    all
    any
    concatLists
    concatMap
    elem
    elemAt
    filter
    foldl'
    genList
    head
    isList
    length
    listToAttrs
    sort
    tail
    ;
in
rec {
  inherit
    all
    any
    concatLists
    concatMap
    elem
    elemAt
    filter
    foldl'
    genList
    head
    isList
    length
    sort
    tail
    ;
  inherit (builtins) groupBy map partition;

  singleton = x: [ x ];
  forEach = xs: f: map f xs;
  toList = x: if isList x then x else [ x ];
  optional = condition: x: if condition then [ x ] else [ ];
  optionals = condition: xs: if condition then xs else [ ];
  range = first: last: if first > last then [ ] else genList (n: first + n) (last - first + 1);
  replicate = n: x: genList (_: x) n;

  foldr =
    op: nul: xs:
    let
      len = length xs;
      go = n: if n == len then nul else op (elemAt xs n) (go (n + 1));
    in
    go 0;
  fold = foldr;
  foldl =
    op: nul: xs:
    let
      go = n: if n < 0 then nul else op (go (n - 1)) (elemAt xs n);
    in
    go (length xs - 1);

  imap0 = f: xs: genList (n: f n (elemAt xs n)) (length xs);
  imap1 = f: xs: genList (n: f (n + 1) (elemAt xs n)) (length xs);
  ifilter0 = f: xs: map (elemAt xs) (filter (n: f n (elemAt xs n)) (genList (n: n) (length xs)));

  flatten = x: if isList x then concatMap flatten x else [ x ];
  remove = x: filter (y: y != x);
  count = pred: foldl' (n: x: if pred x then n + 1 else n) 0;

  findSingle =
    pred: default: multiple: xs:
    let
      found = filter pred xs;
    in
    if found == [ ] then
      default
    else if length found == 1 then
      head found
    else
      multiple;
  # A fold rather than a recursion, whose depth would be the list's length. The
  # state is -n after n elements that do not match.
  findFirstIndex =
    pred: default: xs:
    let
      index = foldl' (
        n: x:
        if n > 0 then
          n
        else if pred x then
          1 - n
        else
          n - 1
      ) 0 xs;
    in
    if index > 0 then index - 1 else default;
  findFirst =
    pred: default: xs:
    let
      index = findFirstIndex pred null xs;
    in
    if index == null then default else elemAt xs index;

  zipListsWith =
    f: xs: ys:
    genList (n: f (elemAt xs n) (elemAt ys n)) (lib.trivial.min (length xs) (length ys));
  zipLists = zipListsWith (fst: snd: { inherit fst snd; });
  reverseList =
    xs:
    let
      last = length xs - 1;
    in
    genList (n: elemAt xs (last - n)) (length xs);
  groupBy' =
    op: nul: pred: xs:
    builtins.mapAttrs (_: foldl' op nul) (builtins.groupBy pred xs);
  sortOn =
    f: xs:
    map (pair: elemAt pair 1) (
      sort (a: b: head a < head b) (
        map (x: [
          (f x)
          x
        ]) xs
      )
    );
  compareLists =
    cmp: a: b:
    if a == [ ] then
      if b == [ ] then 0 else -1
    else if b == [ ] then
      1
    else
      let
        first = cmp (head a) (head b);
      in
      if first == 0 then compareLists cmp (tail a) (tail b) else first;

  sublist =
    start: count: xs:
    let
      len = length xs;
      size =
        if start >= len then
          0
        else if start + count > len then
          len - start
        else
          count;
    in
    genList (n: elemAt xs (n + start)) size;
  take = sublist 0;
  drop = n: xs: sublist n (length xs) xs;
  takeEnd = n: xs: drop (lib.trivial.max 0 (length xs - n)) xs;
  dropEnd = n: xs: take (lib.trivial.max 0 (length xs - n)) xs;
  last =
    xs:
    assert lib.trivial.assertMsg (xs != [ ]) "lists.last: list must not be empty!";
    elemAt xs (length xs - 1);
  init =
    xs:
    assert lib.trivial.assertMsg (xs != [ ]) "lists.init: list must not be empty!";
    take (length xs - 1) xs;
  hasPrefix = prefix: xs: take (length prefix) xs == prefix;
  removePrefix =
    prefix: xs:
    if hasPrefix prefix xs then
      drop (length prefix) xs
    else
      throw "lists.removePrefix: First argument is not a list prefix of the second argument";
  commonPrefix =
    a: b:
    let
      end = lib.trivial.min (length a) (length b);
    in
    take (findFirstIndex (n: elemAt a n != elemAt b n) end (range 0 (end - 1))) a;

  # Lists of strings are de-duplicated through an attribute set; anything else
  # has no order to sort by and is compared pair by pair.
  unique =
    xs:
    if all builtins.isString xs then
      let
        plain = builtins.unsafeDiscardStringContext;
        firstAt = listToAttrs (
          imap0 (n: x: {
            name = plain x;
            value = n;
          }) xs
        );
      in
      ifilter0 (n: x: firstAt.${plain x} == n) xs
    else
      foldl' (seen: x: if elem x seen then seen else seen ++ [ x ]) [ ] xs;
  uniqueStrings = xs: builtins.attrNames (builtins.groupBy (x: x) xs);
  allUnique = xs: length (unique xs) == length xs;
  intersectLists = xs: filter (x: elem x xs);
  subtractLists = xs: filter (x: !(elem x xs));
  mutuallyExclusive = a: b: !(any (x: elem x b) a);

  # Elements in an order where `before a b` never holds for a later `a`; or
  # `{ cycle; loops; }` where there is none.
  toposort =
    before: xs:
    let
      step = listDfs true before xs;
      rest = toposort before (step.visited ++ step.rest);
    in
    if length xs < 2 then
      { result = xs; }
    else if step ? cycle then
      {
        cycle = reverseList ([ step.cycle ] ++ step.visited);
        inherit (step) loops;
      }
    else if rest ? cycle then
      rest
    else
      { result = [ step.minimal ] ++ rest.result; };
  listDfs =
    stopOnCycles: before: xs:
    let
      go =
        us: visited: rest:
        let
          around = filter (x: before x us) visited;
          split = builtins.partition (x: before x us) rest;
        in
        if stopOnCycles && around != [ ] then
          {
            cycle = us;
            loops = around;
            inherit visited rest;
          }
        else if split.right == [ ] then
          {
            minimal = us;
            inherit visited rest;
          }
        else
          go (head split.right) ([ us ] ++ visited) (tail split.right ++ split.wrong);
    in
    go (head xs) [ ] (tail xs);
}
