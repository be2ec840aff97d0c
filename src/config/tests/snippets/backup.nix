{
# Backup protects it all
hypervisor.backup.sources.production = {
  selection.labels = { tier = "frontend"; };
  strategy.mode = "incremental-forever";
  schedule.continuous = true;
};
}
