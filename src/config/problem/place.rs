//! Things that want the same place.

use miette::Diagnostic;

/// Two things that want the same place.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum PlaceProblem {
    /// Two resources of one name.
    #[error("{first} and {second} are both the {kind} `{name}`")]
    #[diagnostic(code(config::duplicate_name), help("{cure}"))]
    Name {
        /// What.
        kind: String,
        /// Its name.
        name: String,
        /// One.
        first: String,
        /// The other.
        second: String,
        /// What to do.
        cure: String,
    },
    /// Two containers on one port.
    #[error("the containers `{first}` and `{second}` both publish {port} of the host")]
    #[diagnostic(
        code(config::port_clash),
        help("give one of them another host port, or addresses of their own, such as \"127.0.0.1:{example}\"")
    )]
    Port {
        /// One.
        first: String,
        /// The other.
        second: String,
        /// The address and port.
        port: String,
        /// How to write it.
        example: String,
    },
    /// Two networks with common addresses.
    #[error("the networks `{first}` ({first_range}) and `{second}` ({second_range}) have addresses in common")]
    #[diagnostic(code(config::subnets_overlap), help("give one of them another range, such as {free}"))]
    Subnet {
        /// One.
        first: String,
        /// Its range.
        first_range: String,
        /// The other.
        second: String,
        /// Its range.
        second_range: String,
        /// A range that nobody has.
        free: String,
    },
    /// Two devices with one MAC address.
    #[error("{first} and {second} have the same MAC address {mac}")]
    #[diagnostic(
        code(config::duplicate_mac),
        help("remove `mac` from one of them: an address is then derived from its name")
    )]
    Mac {
        /// One.
        first: String,
        /// The other.
        second: String,
        /// The address.
        mac: String,
    },
}
