# docs/options-compared.md, and its rows as data: the options of the reference
# (options.json, made from its tables) beside ours. A row's `mark` is
#
#   same         type and default are the same
#   group        the reference has a submodule, we have its options without one
#   decision N   the difference that this decision of the design asks for
#   wider        whatever the reference accepts means the same here; ours may be
#                left out where the reference's may not
#   rounded      the reference's table prints fewer digits
#   different    nothing allows the difference: there must be none of these
{
  lib ? import ../../nix/lib,
}:
let
  inherit (builtins)
    attrNames
    concatMap
    elem
    filter
    fromJSON
    groupBy
    isAttrs
    length
    listToAttrs
    readFile
    replaceStrings
    stringLength
    substring
    toJSON
    ;
  inherit (lib)
    concatMapStrings
    concatStringsSep
    elemAt
    hasPrefix
    hasSuffix
    isOption
    removePrefix
    splitString
    ;

  evaluated = lib.evalModules {
    modules = [
      ../../modules
      {
        options = {
          assertions = lib.mkOption { internal = true; };
          warnings = lib.mkOption { internal = true; };
        };
      }
    ];
  };

  # A type in the words of the reference.
  words = {
    bool = "bool";
    float = "float";
    int = "int";
    str = "string";
    lines = "lines";
    separatedString = "lines";
    anything = "anything";
    attrs = "attrs of anything";
    path = "absolute path";
    submodule = "submodule";
    unsignedInt16 = "16 bit unint; between 0 and 65535 (both inclusive)";
  };
  typeOf =
    type:
    let
      inner = type.nestedTypes.elemType;
    in
    if type.name == "listOf" then
      "list of ${typeOf inner}"
    else if type.name == "attrsOf" then
      "attrs of ${typeOf inner}"
    else if type.name == "nullOr" then
      "nullable ${typeOf inner}"
    else if type.name == "enum" then
      "enum{${concatStringsSep ", " type.functor.payload.values}}"
    else if type.name == "coercedTo" then
      typeOf type.nestedTypes.finalType
    else
      words.${type.name} or type.description;

  # getSubOptions of a container gives the options of its elements without
  # saying so, so the label is put in between.
  labelled =
    path: type:
    if type.name == "listOf" then
      labelled (path ++ [ "*" ]) type.nestedTypes.elemType
    else if type.name == "attrsOf" then
      labelled (path ++ [ "<name>" ]) type.nestedTypes.elemType
    else if type.name == "nullOr" || type.name == "unique" then
      labelled path type.nestedTypes.elemType
    else if type.name == "coercedTo" then
      labelled path type.nestedTypes.finalType
    else if type.name == "submodule" then
      tree path (type.getSubOptions [ ])
    else
      [ ];
  tree =
    path: options:
    concatMap (
      name:
      let
        option = options.${name};
        here = path ++ [ name ];
      in
      if name == "_module" then
        [ ]
      else if name == "_freeformOptions" then
        tree (path ++ [ "<name>" ]) option
      else if isOption option then
        [
          {
            name = concatStringsSep "." here;
            value = {
              kind = "option";
              type = typeOf option.type;
            }
            // (
              if option ? defaultText then
                { text = option.defaultText.text or "made"; }
              else if option ? default then
                { inherit (option) default; }
              else
                { }
            );
          }
        ]
        ++ labelled here option.type
      else if isAttrs option then
        [
          {
            name = concatStringsSep "." here;
            value.kind = "group";
          }
        ]
        ++ tree here option
      else
        [ ]
    ) (attrNames options);

  ours = listToAttrs (tree [ "hypervisor" ] evaluated.options.hypervisor);
  reference = fromJSON (readFile ./options.json);

  # Decision 4: capabilities directly below `security.capabilities`.
  nameOf = replaceStrings [ "security.capabilities.capabilities" ] [ "security.capabilities" ];
  isMoved = row: hasPrefix "hypervisor.security.capabilities.capabilities" row.name;

  # What decision 3 makes optional beside names.
  optional = [
    "hypervisor.backup.sources.<name>.type"
    "hypervisor.storage.tiers.<name>.characteristics.iops"
    "hypervisor.storage.tiers.<name>.characteristics.latency"
    "hypervisor.storage.tiers.<name>.characteristics.throughput"
    "hypervisor.storage.tiers.<name>.providers.*.location"
    "hypervisor.storage.tiers.<name>.providers.*.name"
  ];
  # A disk of an existing volume has that volume's size; `default` is what a disk
  # or an interface asks for where it does not say.
  wider = [
    "hypervisor.compute.units.<name>.network.*.capability"
    "hypervisor.compute.units.<name>.storage.*.capability"
    "hypervisor.compute.units.<name>.storage.*.size"
  ];
  # 0.999999999, as the reference's own interface has it.
  rounded = [ "hypervisor.storage.tiers.<name>.characteristics.durability" ];

  sameDefault =
    theirs: own:
    if theirs ? defaultBegins then
      hasPrefix (replaceStrings [ " " ] [ "" ] theirs.defaultBegins) (toJSON own.default or null)
    else if theirs ? default then
      own ? default && own.default == theirs.default
    else
      !(own ? default) && !(own ? text);

  markOf =
    theirs: own:
    if own == null then
      if theirs.superseded or false then "decision 5" else "different"
    else if own.kind == "group" then
      if theirs.type == "submodule" && theirs.default or null == { } then "group" else "different"
    else if own.type == theirs.type && sameDefault theirs own then
      if isMoved theirs then "decision 4" else "same"
    else if isMoved theirs && theirs.type == "attrs of submodule" then
      "decision 4"
    else if own.type != theirs.type && own.type != "nullable ${theirs.type}" then
      "different"
    else if hasSuffix ".name" theirs.name && own.text or "" == "the attribute name" then
      "decision 3"
    else if elem theirs.name optional then
      "decision 3"
    else if elem theirs.name wider then
      "wider"
    else if elem theirs.name rounded then
      "rounded"
    else
      "different";

  rows = map (
    theirs:
    let
      own = ours.${nameOf theirs.name} or null;
    in
    {
      inherit theirs own;
      mark = markOf theirs own;
    }
  ) reference;

  cell = text: replaceStrings [ "|" ] [ "\\|" ] text;
  code = text: "`${cell text}`";
  shortened = text: if stringLength text > 60 then "${substring 0 59 text}…" else text;
  theirDefault =
    theirs:
    if theirs ? defaultBegins then
      code "${substring 0 59 theirs.defaultBegins}…"
    else if theirs ? default then
      code (shortened (toJSON theirs.default))
    else
      "required";
  ownDefault =
    own:
    if own ? text then
      cell own.text
    else if own ? default then
      code (shortened (toJSON own.default))
    else
      "required";
  line =
    {
      theirs,
      own,
      mark,
    }:
    "| ${code (removePrefix "hypervisor." theirs.name)} | ${cell theirs.type} | ${theirDefault theirs} | "
    + (
      if own == null then
        "– | –"
      else if own.kind == "group" then
        "options below | –"
      else if mark == "same" then
        "same | same"
      else
        "${cell own.type} | ${ownDefault own}"
    )
    + " | ${if mark == "same" then "" else mark} |\n";

  groups = groupBy (row: elemAt (splitString "." row.theirs.name) 1) rows;
  counted =
    mark:
    let
      count = length (filter (row: row.mark == mark) rows);
    in
    "${toString count} ${mark}";
in
{
  marks = map (row: {
    inherit (row.theirs) name;
    inherit (row) mark;
  }) rows;

  page = ''
    # Our options beside the reference's

    Made from `tests/reference/options.json`, the options of the reference with their types and defaults, and from
    `modules/`. `<name>` is a name you choose, `*` an element of a list. A test holds that nothing is missing and that
    nothing differs unless one of these says why:

    | mark | meaning |
    |---|---|
    | | type and default are the same |
    | group | the reference has a submodule, we have its options without one: the same can be written |
    | decision 3 | `name` is the attribute name unless given; characteristics of tiers, `name` and `location` of providers and `type` of sources may be left out |
    | decision 4 | capabilities are directly below `security.capabilities` |
    | decision 5 | `backup` has the form of repositories, sources and fabric only |
    | wider | what the reference accepts means the same here, and ours may be left out |
    | rounded | the reference's table prints `0.999999999` as `1` |

    ${toString (length rows)} options: ${
      concatStringsSep ", " (
        map counted [
          "same"
          "group"
          "decision 3"
          "decision 4"
          "decision 5"
          "wider"
          "rounded"
          "different"
        ]
      )
    }.
  ''
  + concatMapStrings (group: ''

    ## `hypervisor.${group}`

    | option | reference | default | ours | default | mark |
    |---|---|---|---|---|---|
    ${concatMapStrings line groups.${group}}'') (attrNames groups);
}
