let unit = { name = "web"; }; in unit.name.first
