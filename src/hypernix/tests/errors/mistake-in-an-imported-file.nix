let unit = import ./imported/unit.nix; in unit.name
