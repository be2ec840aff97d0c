{ x ? 1, y }: { inherit x y; l = [ 1 { "a.b" = x: 2; } ]; }
