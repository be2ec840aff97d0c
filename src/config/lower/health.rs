//! Health checks.

use model::{HealthCheck, HealthProbe};
use serde_json::Value;

use super::Lowering;
use crate::{
    compose::ResolvedUnit,
    nearest,
    problem::GuestProblem,
    unit::{HealthCheckOptions, HealthCheckType, Protocol},
};

/// The health check of a unit, where it has one.
pub(super) fn check(lowering: &mut Lowering<'_>, unit: &ResolvedUnit) -> Option<HealthCheck> {
    let options = unit.unit.lifecycle.health_check.as_ref()?;
    match probe(lowering, unit, options) {
        Ok(probe) => Some(HealthCheck {
            probe,
            interval: options.interval,
            timeout: options.timeout,
            retries: options.retries,
            start_period: options.start_period,
        }),
        Err((reason, cure)) => {
            let problem = GuestProblem::Health { who: unit.who(), reason, cure };
            lowering.problem_at(unit, &["lifecycle", "healthCheck"], &["config"], problem);
            None
        }
    }
}

/// Why a health check cannot be, and what to do.
type Refusal = (String, String);

fn probe(lowering: &Lowering<'_>, unit: &ResolvedUnit, options: &HealthCheckOptions) -> Result<HealthProbe, Refusal> {
    let known: &[&str] = match options.kind {
        HealthCheckType::Http => &["url", "host", "port", "path"],
        HealthCheckType::Tcp => &["host", "port"],
        HealthCheckType::Script => &["script"],
    };
    if let Some(unknown) = options.config.keys().find(|key| !known.contains(&key.as_str())) {
        let cure = nearest::cure(unknown, known.iter().copied(), "remove it");
        return Err((format!("`config.{unknown}` is not one of its settings"), cure));
    }
    let text = |key: &str| options.config.get(key).and_then(Value::as_str);
    match options.kind {
        HealthCheckType::Script => {
            let missing = || ("it is a script".to_owned(), "set `config.script`".to_owned());
            Ok(HealthProbe::Script { script: text("script").ok_or_else(missing)?.to_owned() })
        }
        HealthCheckType::Tcp => {
            let (host, port) = endpoint(lowering, unit, options)?;
            Ok(HealthProbe::Tcp { host, port })
        }
        HealthCheckType::Http => {
            if let Some(url) = text("url") {
                return Ok(HealthProbe::Http { url: url.to_owned() });
            }
            let (host, port) = endpoint(lowering, unit, options)?;
            let path = text("path").unwrap_or("/").trim_start_matches('/');
            Ok(HealthProbe::Http { url: format!("http://{host}:{port}/{path}") })
        }
    }
}

/// Host and port: as declared, else where the unit is reached from the host.
fn endpoint(
    lowering: &Lowering<'_>,
    unit: &ResolvedUnit,
    options: &HealthCheckOptions,
) -> Result<(String, u16), Refusal> {
    let config = &options.config;
    let given = match config.get("port") {
        None if options.kind == HealthCheckType::Http => 80,
        None => return Err(("the port is missing".to_owned(), "set `config.port`".to_owned())),
        Some(port) => port
            .as_u64()
            .and_then(|port| u16::try_from(port).ok())
            .ok_or_else(|| (format!("`config.port` is {port}"), "set it to a number from 1 to 65535".to_owned()))?,
    };
    if let Some(host) = config.get("host").and_then(Value::as_str) {
        return Ok((host.to_owned(), given));
    }
    let published = unit.unit.container.ports.iter().find(|p| p.container == given && p.protocol == Protocol::Tcp);
    if let Some((port, host)) = published.and_then(|port| Some((port, port.host?))) {
        let address = if matches!(port.address.as_str(), "0.0.0.0" | "::" | "") { "127.0.0.1" } else { &port.address };
        return Ok((address.to_owned(), host));
    }
    let address = unit.unit.network.iter().find_map(|nic| nic.address.clone()).or_else(|| leased(lowering, unit));
    let (reason, cure) = (
        "where the unit is reached is not known",
        "set `config.host` (or `config.url`), give the unit a fixed address, or publish the port",
    );
    address.map(|host| (host, given)).ok_or_else(|| (reason.to_owned(), cure.to_owned()))
}

/// The address that a declared network's DHCP always gives the unit.
fn leased(lowering: &Lowering<'_>, unit: &ResolvedUnit) -> Option<String> {
    let networks = &lowering.manifest.hypervisor.networks;
    let hosts = networks.values().filter_map(|network| network.ipv4.as_ref()).map(|ipv4| &ipv4.dhcp.hosts);
    hosts.filter_map(|hosts| hosts.get(&unit.name)).map(|lease| lease.address.clone()).next()
}
