# What `<nix/fetchurl.nix>` is: a file fetched by the builder that is part of Nix. The hash is given under the name
# of its algorithm, or as SRI under `hash`; the strongest one counts.
{
  url,
  name ? baseNameOf (toString url),
  executable ? false,
  unpack ? false,
  impure ? false,
  hash ? "",
  sha512 ? "",
  sha256 ? "",
  sha1 ? "",
  md5 ? "",
  outputHash ? null,
  outputHashAlgo ? null,
  system ? "",
}@given:
let
  candidates = builtins.filter (candidate: candidate.text != "") [
    { algorithm = ""; text = hash; }
    { algorithm = "sha512"; text = sha512; }
    { algorithm = "sha1"; text = sha1; }
    { algorithm = "md5"; text = md5; }
  ];
  first = if candidates == [ ] then { algorithm = "sha256"; text = sha256; } else builtins.head candidates;
  promise =
    if impure then
      { __impure = true; }
    else
      {
        outputHash = given.outputHash or first.text;
        outputHashAlgo = given.outputHashAlgo or first.algorithm;
      };
in
derivation (
  promise
  // {
    inherit
      executable
      name
      unpack
      url
      ;
    urls = [ url ];
    builder = "builtin:fetchurl";
    system = "builtin";
    outputHashMode = if executable || unpack then "recursive" else "flat";
    preferLocalBuild = true;
    impureEnvVars = map (kind: "${kind}_proxy") [
      "http"
      "https"
      "ftp"
      "all"
      "no"
    ];
  }
)
