# Option declarations of many modules made into one tree, the shape:
#
#   leaf   { isLeaf = true;  option; isSimple; hasDefault; base; }
#   group  { isLeaf = false; children; base; unshared; }
#
# A shape depends on declarations only, so one shape serves every value of a
# submodule type. `base` is the configuration without any definition, shared by
# all of them; `unshared` are the children that have none to share because
# something below them must be defined.
{ lib }:
let
  inherit (builtins)
    attrNames
    filter
    foldl'
    head
    isAttrs
    length
    mapAttrs
    removeAttrs
    unsafeGetAttrPos
    zipAttrsWith
    ;
  inherit (lib.modules) messages resolve setDefaultModuleLocation;
  inherit (lib.options) showOption;

  # `modules` are in normal form, the one whose declaration counts first, first.
  declare = prefix: modules: group prefix (filter (d: d.options != { }) (map fromModule modules));
  fromModule = m: {
    file = m._file;
    inherit (m) options;
  };

  group =
    prefix: declarations:
    let
      byName =
        if length declarations == 1 then
          mapAttrs (_: d: [ d ]) (namesOf prefix (head declarations))
        else
          zipAttrsWith (_: ds: ds) (map (namesOf prefix) declarations);
      children = mapAttrs (name: child (prefix ++ [ name ])) byName;
      unshared = removeAttrs children (
        filter (
          name:
          let
            c = children.${name};
          in
          if c.isLeaf then c.hasDefault else c.unshared == { }
        ) (attrNames children)
      );
    in
    {
      isLeaf = false;
      inherit children unshared;
      base = mapAttrs (_: c: c.base) (removeAttrs children (attrNames unshared));
    };

  namesOf =
    prefix: d:
    if isAttrs d.options then
      mapAttrs (name: options: {
        inherit (d) file;
        inherit options;
        position = unsafeGetAttrPos name d.options;
      }) d.options
    else
      throw (messages.notAnOptionSet prefix d.file d.options);

  isOption =
    loc: d:
    d.options ? _type
    && (d.options._type == "option" || throw (messages.notAnOption loc d.file d.options._type));

  child =
    loc: declarations:
    let
      split = builtins.partition (isOption loc) declarations;
      options = split.right;
    in
    if options == [ ] then
      group loc declarations
    else if split.wrong == [ ] then
      leaf loc (mergeOptionDecls loc options)
    else if builtins.all (d: d.options.type.name or null == "submodule") options then
      leaf loc (mergeOptionDecls loc (map asSubmodule declarations))
    else
      throw (
        messages.parentOfOptions loc (head options).file
          (head options).options.type.description or "unspecified"
          split.wrong
      );

  # Options declared below an option of a submodule type extend that type.
  asSubmodule =
    d:
    if d.options._type or "" == "option" then
      d
    else
      d
      // {
        options = lib.options.mkOption {
          type = lib.types.submoduleWith {
            modules = [ { inherit (d) options; } ];
            # Neither way: whatever the other declaration says.
            shorthandOnlyDefinesConfig = null;
          };
        };
      };

  leaf =
    loc: declared:
    let
      option = fixupOptionType loc declared;
      hasDefault = option ? default || option.type.emptyValue ? value;
      value = (resolve messages.missing loc option.type (defaultDefinitions option)).value;
    in
    {
      isLeaf = true;
      inherit option hasDefault;
      isSimple = option.type.atomic or false && !(option ? apply) && !(option.readOnly or false);
      base = builtins.addErrorContext "while evaluating the default of the option `${showOption loc}':" (
        if option ? apply then option.apply value else value
      );
    };

  defaultDefinitions =
    option:
    if option ? default then
      [
        {
          file = head option.declarations;
          value = lib.modules.mkOptionDefault option.default;
        }
      ]
    else
      [ ];

  mergeOptionDecls =
    loc:
    foldl'
      (
        merged: d:
        let
          clash = filter (name: d.options ? ${name} && merged ? ${name}) [
            "apply"
            "default"
            "description"
            "example"
          ];
          refuse = throw (messages.declaredTwice loc d.file merged.declarations);
          type =
            if d.options ? type && merged ? type then
              let
                both = merged.type.typeMerge d.options.type.functor;
              in
              if both == null then refuse else { type = both; }
            else
              { };
          subModules = d.options.type.getSubModules or null;
        in
        if clash != [ ] then
          refuse
        else
          d.options
          // merged
          // {
            declarations = merged.declarations ++ [ d.file ];
            declarationPositions = merged.declarationPositions ++ [
              (
                if d.position or null != null then
                  d.position
                else
                  {
                    inherit (d) file;
                    line = null;
                    column = null;
                  }
              )
            ];
            options =
              if subModules == null then
                merged.options
              else
                map (setDefaultModuleLocation d.file) subModules ++ merged.options;
          }
          // type
      )
      {
        inherit loc;
        declarations = [ ];
        declarationPositions = [ ];
        options = [ ];
      };

  fixupOptionType =
    _loc: option:
    if option.type.getSubModules or null == null then
      option // { type = option.type or lib.types.unspecified; }
    else
      option
      // {
        type = option.type.substSubModules option.options;
        options = [ ];
      };

in
{
  inherit
    declare
    defaultDefinitions
    fixupOptionType
    ;

  # nixpkgs' calling convention: declarations are `{ _file, pos, options }`.
  mergeOptionDecls =
    loc: declarations:
    mergeOptionDecls loc (
      map (d: {
        file = d._file;
        position = d.pos or null;
        inherit (d) options;
      }) declarations
    );
}
