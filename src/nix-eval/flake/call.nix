# Flakes of the nodes of a lock: `source` gives the tree of a node by its number, when it is needed. A node has the
# names of the nodes that are its inputs, and the folder in its tree where it is; one with a parent lies in the tree
# of that.
source: nodes:
let
  made = builtins.mapAttrs (
    _: node:
    let
      parent = made.${node.parent};
      sourceInfo = if node ? parent then parent.sourceInfo else source node.number;
      outPath = (if node ? parent then parent.outPath else sourceInfo.outPath) + node.dir;

      inputs = builtins.mapAttrs (
        name: target:
        if target == null then
          throw "the input '${name}' of the flake '${node.name}' follows an input that does not exist"
        else
          made.${target}.result
      ) node.inputs;

      flake = import (outPath + "/flake.nix");
      outputs = flake.outputs (inputs // { self = whole; });
      whole =
        outputs
        // sourceInfo
        // {
          inherit
            outPath
            inputs
            outputs
            sourceInfo
            ;
          _type = "flake";
        };
      plain = sourceInfo // {
        inherit sourceInfo outPath;
      };
    in
    {
      inherit outPath sourceInfo;
      result =
        if !node.isFlake then
          plain
        else if builtins.isFunction (flake.outputs or null) then
          whole
        else
          throw "flake '${node.name}' lacks attribute 'outputs'";
    }
  ) nodes;
in
made.n0.result
