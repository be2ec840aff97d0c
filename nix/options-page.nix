# docs/options.md as a string, made of options-doc.nix.
{
  lib ? import ./lib,
}:
let
  inherit (builtins) filter isString split;
  inherit (lib)
    concatMapStrings
    concatStringsSep
    elemAt
    groupBy
    hasInfix
    removePrefix
    splitString
    stringLength
    trim
    ;

  options = import ./options-doc.nix { inherit lib; };

  # On one line where that is readable, else as a block below.
  oneLine = text: concatStringsSep " " (map trim (filter isString (split "\n" (trim text))));
  isShort = text: stringLength (oneLine text) <= 80 && !(hasInfix "''" text);
  value =
    label: text:
    if text == null then
      {
        inline = "";
        block = "";
      }
    else if isShort text then
      {
        inline = " · ${label} `${oneLine text}`";
        block = "";
      }
    else
      {
        inline = "";
        block = "\n${label}:\n\n```\n${trim text}\n```\n";
      };

  entry =
    option:
    let
      default = value "default" option.default;
      example = value "example" option.example;
    in
    ''

      ### `${removePrefix "hypervisor." option.name}`

      ${trim option.description}

      ${option.type}${if option.default == null then " · required" else default.inline}${example.inline}
    ''
    + default.block
    + example.block;

  # The order of the page; anything else comes last, by name.
  intro = {
    enable = "Whether anything is done at all";
    package = "The program, on NixOS";
    daemon = "What watches over the host between two switches";
    activation = "What a switch of the host does with its units";
    compute = "Units, and the tags and policies they take settings from";
    composition = "Guests put together from components";
    networks = "Networks of libvirt and Docker";
    storage = "Pools and volumes; tiers, classifications and the fabric are declared, not yet effective";
    mesh = "Several hosts as one; declared, not yet effective";
    security = "Who may do what; declared, not yet effective";
    backup = "What is kept, where and for how long; declared, not yet effective";
    monitoring = "Monitoring that learns; declared, not yet effective";
    api = "Limits of the API; declared, not yet effective";
    interop = "Interfaces in the manner of other products; declared, not yet effective";
  };
  order = [
    "enable"
    "package"
    "daemon"
    "activation"
    "compute"
    "composition"
    "networks"
    "storage"
    "mesh"
    "security"
    "backup"
    "monitoring"
    "api"
    "interop"
  ];
  groups = groupBy (option: elemAt (splitString "." option.name) 1) options;
  unlisted = lib.subtractLists order (lib.attrNames groups);
in
''
  # Options

  Everything below `hypervisor.`, made from `modules/`: the type, the default, an example. `<name>` is a name you
  choose, `*` an element of a list.
''
+ concatMapStrings (group: ''

  ## `hypervisor.${group}`

  ${intro.${group} or ""}
  ${concatMapStrings entry groups.${group}}'') (order ++ unlisted)
