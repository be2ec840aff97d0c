{ cores = if true then 2; }
