//! Files, scripts, repositories and environment of components in cloud-init's words.

use serde_json::{Map, Value, json};

use crate::compose::Guest;

/// The scripts that run before packages are installed, once: `bootcmd` is the only module that runs so early.
pub(super) fn before_packages(guest: &Guest) -> Vec<Value> {
    let mut commands = Vec::new();
    for (place, scripts) in guest.scripts.iter().enumerate() {
        let script = scripts.value.pre_install.trim_end();
        if !script.is_empty() {
            let name = format!("pre-install-{place}");
            commands.push(json!(["cloud-init-per", "instance", name, "sh", "-c", script]));
        }
    }
    commands
}

/// The scripts that run after packages are installed, component by component.
pub(super) fn after_packages(guest: &Guest) -> Vec<Value> {
    let mut commands = Vec::new();
    if !guest.removed.is_empty() {
        let names: Vec<String> = guest.removed.iter().map(|package| shell_quoted(&package.value)).collect();
        let names = names.join(" ");
        let script = format!(
            "if command -v apt-get; then apt-get remove -y {names}; elif command -v dnf; then dnf remove -y {names}; \
             elif command -v apk; then apk del {names}; else zypper --non-interactive remove {names}; fi"
        );
        commands.push(json!(["sh", "-c", script]));
    }
    for scripts in &guest.scripts {
        let scripts = &scripts.value;
        for script in [&scripts.post_install, &scripts.configure, &scripts.validate] {
            let script = script.trim_end();
            if !script.is_empty() {
                commands.push(json!(["sh", "-c", script]));
            }
        }
    }
    commands
}

/// The files of components, and two that carry the environment: for logins and for services.
pub(super) fn files(guest: &Guest) -> Vec<Value> {
    let mut files = Vec::new();
    if !guest.environment.is_empty() {
        let exports = guest.environment.iter().map(|(k, v)| format!("export {k}={}\n", shell_quoted(&v.value)));
        files.push(file("/etc/profile.d/hypernix.sh", &exports.collect::<String>()));
        let pairs = guest.environment.iter().map(|(k, v)| format!(" {}", Value::from(format!("{k}={}", v.value))));
        let manager = format!("[Manager]\nDefaultEnvironment={}\n", pairs.collect::<String>().trim_start());
        files.push(file("/etc/systemd/system.conf.d/hypernix.conf", &manager));
    }
    for (path, traced) in &guest.files {
        let wanted = &traced.value;
        let mut written = file(path, &wanted.content);
        written["permissions"] = json!(wanted.mode);
        written["owner"] = json!(format!("{}:{}", wanted.owner, wanted.group));
        if wanted.owner != "root" || wanted.group != "root" {
            // The owner may come with a package, and packages come after files that are not deferred.
            written["defer"] = json!(true);
        }
        files.push(written);
    }
    files
}

/// Package repositories as apt sources; an address alone becomes a source line for the guest's release.
pub(super) fn repositories(guest: &Guest) -> Map<String, Value> {
    let mut sources = Map::new();
    for (place, repository) in guest.repositories.iter().enumerate() {
        let url = &repository.value.url;
        let line = if url.starts_with("deb ") { url.clone() } else { format!("deb {url} $RELEASE main") };
        let mut source = json!({ "source": line });
        if let Some(key) = &repository.value.key {
            source["key"] = json!(key);
        }
        sources.insert(format!("hypernix-{place}.list"), source);
    }
    sources
}

fn file(path: &str, content: &str) -> Value {
    json!({ "path": path, "content": content, "owner": "root:root", "permissions": "0644" })
}

fn shell_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
