{
hypervisor.compute.units.webserver = {
  tags = [ "high-performance" "public-facing" "secure-boot" ];
  policies = [ "production" "web-tier" ];
  
  resources.compute.units = 400; # 4 vCPU equivalent
  workload.type = "persistent";
  workload.profile = "cpu-intensive";
};
}
