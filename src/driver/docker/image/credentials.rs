//! Who we are to a registry: what `docker login` wrote. Source: docker/cli `cli/config/configfile`.

use std::path::PathBuf;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bollard::auth::DockerCredentials;
use serde_json::Value;

/// The name of Docker Hub in the file.
const HUB: &str = "https://index.docker.io/v1/";

/// The credentials for the registry of `reference`, where `docker login` has left some in its file. Credential
/// helpers are programs of the user's and are not run.
pub(super) fn of(reference: &str) -> Option<DockerCredentials> {
    let folder = std::env::var_os("DOCKER_CONFIG").map(PathBuf::from);
    let folder = folder.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".docker")))?;
    find(&std::fs::read_to_string(folder.join("config.json")).ok()?, reference)
}

fn find(config: &str, reference: &str) -> Option<DockerCredentials> {
    let config: Value = serde_json::from_str(config).ok()?;
    let registry = registry(reference);
    let entry = config.get("auths")?.get(registry)?;
    let text = |key: &str| entry.get(key)?.as_str().map(str::to_owned);
    let decoded = text("auth").and_then(|auth| String::from_utf8(STANDARD.decode(auth).ok()?).ok());
    let (username, password) = decoded.as_deref().and_then(|pair| pair.split_once(':')).unzip();
    let credentials = DockerCredentials {
        username: username.map(str::to_owned),
        password: password.map(str::to_owned),
        identitytoken: text("identitytoken"),
        serveraddress: Some(registry.to_owned()),
        ..DockerCredentials::default()
    };
    (credentials.username.is_some() || credentials.identitytoken.is_some()).then_some(credentials)
}

/// A first part with a dot or a colon is a registry; any other belongs to a name on Docker Hub.
fn registry(reference: &str) -> &str {
    let first = reference.split_once('/').map(|(first, _)| first);
    first
        .filter(|first| first.contains(['.', ':']) || *first == "localhost")
        .filter(|first| *first != "docker.io")
        .unwrap_or(HUB)
}

#[cfg(test)]
mod tests {
    use super::find;

    /// What `docker login` writes for `user:secret` at a registry of one's own.
    const CONFIG: &str = r#"{ "auths": {
        "registry.example:5000": { "auth": "dXNlcjpzZWNyZXQ=" },
        "https://index.docker.io/v1/": { "identitytoken": "token" },
        "broken.example": { "auth": "%" }
    } }"#;

    #[test]
    fn each_registry_is_told_only_its_own_credentials() {
        let own = find(CONFIG, "registry.example:5000/team/web:1").unwrap();
        assert_eq!((own.username.as_deref(), own.password.as_deref()), (Some("user"), Some("secret")));
        for hub in ["nginx", "library/nginx:1", "docker.io/library/nginx"] {
            assert_eq!(find(CONFIG, hub).unwrap().identitytoken.as_deref(), Some("token"), "{hub}");
        }
        for other in ["other.example/web", "broken.example/web"] {
            assert!(find(CONFIG, other).is_none(), "{other}");
        }
    }
}
