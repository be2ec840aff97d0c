# What a person reads when a configuration is wrong: the first line says what,
# then where, then the cure.
{ lib }:
let
  inherit (builtins)
    attrNames
    concatLists
    concatMap
    concatStringsSep
    filter
    head
    length
    stringLength
    typeOf
    unsafeGetAttrPos
    ;
  inherit (lib.options) showDefs showOption;
  inherit (lib.strings) levenshtein toLower;
  inherit (lib.lists) last take;

  article =
    value:
    {
      bool = "a boolean";
      float = "a number";
      int = "an integer";
      lambda = "a function";
      list = "a list";
      null = "null";
      path = "a path";
      set = "an attribute set";
      string = "a string";
    }
    .${typeOf value};

  # Names within reach of a typing mistake, nearest first.
  similar =
    name: candidates:
    let
      wanted = toLower name;
      allowed = lib.trivial.max 1 (stringLength name / 3);
      scored = map (candidate: {
        inherit candidate;
        distance = levenshtein wanted (toLower candidate);
      }) candidates;
    in
    map (x: x.candidate) (lib.lists.sortOn (x: x.distance) (filter (x: x.distance <= allowed) scored));

  orList =
    quoted:
    if length quoted < 2 then
      concatStringsSep "" quoted
    else
      "${concatStringsSep ", " (lib.lists.init quoted)} or ${last quoted}";

  didYouMean =
    names:
    if names == [ ] then "" else " Did you mean ${orList (map (name: "`${name}'") (take 3 names))}?";

  # Every option path below `options`, as lists of names.
  pathsBelow =
    options:
    concatLists (
      map (
        name:
        [ [ name ] ]
        ++ (
          if options.${name}._type or "" == "option" then
            [ ]
          else
            map (path: [ name ] ++ path) (pathsBelow options.${name})
        )
      ) (filter (name: name != "_module") (attrNames options))
    );

  # What might have been meant by `path` in `options`: a sibling of a like
  # name, else the same name further down.
  suggestions =
    options: path:
    let
      name = last path;
      parent = lib.attrsets.attrByPath (lib.lists.init path) { } options;
      siblings = similar name (filter (n: n != "_module") (attrNames parent));
      paths = pathsBelow options;
      elsewhere =
        let
          exact = filter (p: last p == name) paths;
        in
        if exact != [ ] then exact else filter (p: similar name [ (last p) ] != [ ]) paths;
    in
    if siblings != [ ] then siblings else map showOption elsewhere;

  group = options: filter (name: name != "_module") (attrNames options);
in
{
  inherit similar didYouMean;

  # `stray` is `{ prefix, file, value, … }`, `prefix` relative to `options`.
  unknownOption =
    {
      prefix,
      options,
      stray,
    }:
    let
      path = showOption (prefix ++ stray.prefix);
      candidates = suggestions options stray.prefix;
      known = group (lib.attrsets.attrByPath (lib.lists.init stray.prefix) { } options);
      hint =
        if candidates != [ ] then
          didYouMean candidates
        else if known == [ ] then
          " No options are declared here."
        else if length known <= 24 then
          " There are: ${concatStringsSep ", " known}."
        else
          "";
    in
    "The option `${path}' does not exist.${hint} Definition values:${showDefs [ stray ]}";

  wrongType =
    loc: type: defs:
    let
      wrong = filter (def: !type.check def.value) defs;
      hint = if type ? hint then type.hint (head wrong).value else "";
    in
    "A definition for option `${showOption loc}' is not of type `${type.description}'.${hint} Definition values:${showDefs wrong}";

  missing =
    loc: type:
    "The option `${showOption loc}' is used but not defined. It needs a value of type `${type.description}'.";

  # The same for a field of a submodule, of which it is known where it was written.
  missingIn =
    origin: opt: loc: type:
    let
      example =
        if opt ? example then
          " such as `${lib.generators.toBrief (opt.example.text or opt.example)}'"
        else
          "";
    in
    "The option `${showOption loc}' is used but not defined. Set `${last loc}' to a value of type `${type.description}'${example}${
      if origin == [ ] then "." else " in:"
    }${lib.strings.concatMapStrings (def: "\n- `${lib.options.showWhere def}'") origin}";

  readOnly =
    loc: defs:
    "The option `${showOption loc}' is read-only, but it is set. Remove the definitions:${showDefs defs}";

  notAGroup =
    loc: options: def:
    let
      names = concatStringsSep ", " (take 8 (group options));
    in
    "The option `${showOption loc}' is a group of options${
      if names == "" then "" else " (${names})"
    }, so it cannot be ${article def.value}. Definition values:${showDefs [ def ]}";

  declaredTwice =
    loc: file: others:
    "The option `${showOption loc}' in `${file}' is already declared in ${lib.options.showFiles others}.";

  notAnOption =
    loc: file: kind:
    "In module `${file}', `options.${showOption loc}' is a value of type `${kind}' rather than an option."
    + lib.strings.optionalString (
      kind == "option-type"
    ) " Wrap the type: `mkOption { type = …; description = …; }'.";

  notAnOptionSet =
    loc: file: value:
    "In module `${file}', the declarations under `options.${showOption loc}' are ${article value} rather than an attribute set. Did you mean to define this outside of `options'?";

  parentOfOptions =
    loc: file: type: children:
    "The option `${showOption loc}' in module `${file}' is of type `${type}', which has no nested options, but other modules declare options below it: ${
      concatStringsSep ", " (concatMap (d: attrNames d.options) children)
    }.";

  notAModule =
    file: value:
    "`${file}' is not a module: expected an attribute set or a function that gives one, but found ${article value}.";
  notAModuleButA =
    file: kind:
    "Expected a module in `${file}', but found a value of type `${kind}'. Modules go into `imports'; options are declared under `options'.";
  nestedImports =
    file: "`imports' in `${file}' holds a list within a list; remove one level of brackets.";
  mixedModule =
    file: names:
    "The module `${file}' has an unsupported attribute `${head names}'. Because it has a top-level `config' or `options', move ${
      orList (map (n: "`${n}'") names)
    } into `config'.";
  missingArgument =
    key: name: known:
    "The module `${key}' takes the argument `${name}', which nobody provides. There are: ${
      concatStringsSep ", " (filter (n: n != "_class" && n != "_prefix") known)
    }; more can be set with `_module.args.${name} = …'.";

  # Where a definition was written: file, and line and column where known.
  position =
    def:
    if def ? within && builtins.isAttrs def.within then unsafeGetAttrPos def.key def.within else null;
}
