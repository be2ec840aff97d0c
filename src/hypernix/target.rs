//! Which object a name on the command line means.

use std::collections::BTreeSet;

use model::{Address, Kind, Observed, ObservedResource, Ownership};

use crate::{
    failure::{Failure, Trouble},
    nearest::nearest,
};

/// Finds the unit called `name`, which may also be written as an address. Where an unmanaged unit of the other
/// backend has the same name, ours is meant.
///
/// # Errors
/// When there is none, or when it cannot be told which of two is meant.
pub fn unit<'a>(name: &str, observed: &'a Observed) -> Result<(&'a Address, &'a ObservedResource), Failure> {
    find(name, "unit", observed, Kind::is_unit)
}

/// Finds the unit of ours called `name`.
///
/// # Errors
/// When there is none, when it cannot be told which of two is meant, or when it is not ours: then we never touch it.
pub fn managed_unit<'a>(name: &str, observed: &'a Observed) -> Result<(&'a Address, &'a ObservedResource), Failure> {
    let (address, resource) = unit(name, observed)?;
    let help = match &resource.ownership {
        Ownership::Ours { .. } => return Ok((address, resource)),
        Ownership::Unmanaged => format!("`hypernix adopt FILE {}` takes it over as a file declares it", address.name),
        Ownership::OtherOwner(owner) => format!("the installation {owner} manages it; use its state directory"),
    };
    Err(Trouble::Unmanaged { address: address.clone(), help }.into_failure())
}

/// Finds the object called `name`, of any kind.
///
/// # Errors
/// When there is none, or when it cannot be told which of several is meant.
pub fn object<'a>(name: &str, observed: &'a Observed) -> Result<(&'a Address, &'a ObservedResource), Failure> {
    find(name, "unit, network, pool, volume or image", observed, |_| true)
}

/// Finds the resource that `word` means among those that are `known`: an address, or a name that only one of them
/// has, units before others.
///
/// # Errors
/// When there is none, or when it cannot be told which of several is meant.
pub fn address(word: &str, known: &BTreeSet<Address>) -> Result<Address, Failure> {
    let named: Vec<&Address> = known.iter().filter(|address| means(word, address)).collect();
    let units: Vec<&Address> = named.iter().copied().filter(|address| address.kind.is_unit()).collect();
    match (named.as_slice(), units.as_slice()) {
        ([found], _) | (_, [found]) => Ok((*found).clone()),
        ([], _) => {
            let full: Vec<String> = known.iter().map(Address::to_string).collect();
            let names = known.iter().filter(|address| address.kind.is_unit()).map(|address| address.name.as_str());
            let help = match nearest(word, names.chain(full.iter().map(String::as_str))) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`hypernix list all` and the file say what there is; write KIND/NAME".to_owned(),
            };
            Err(Trouble::Unknown { what: "resource", name: word.to_owned(), help }.into_failure())
        }
        (several, _) => Err(ambiguous(word, several)),
    }
}

fn ambiguous(name: &str, several: &[&Address]) -> Failure {
    let choices: Vec<String> = several.iter().map(ToString::to_string).collect();
    Trouble::Ambiguous { name: name.to_owned(), choices: choices.join(" or ") }.into_failure()
}

fn find<'a>(
    name: &str,
    what: &'static str,
    observed: &'a Observed,
    wanted: impl Fn(Kind) -> bool,
) -> Result<(&'a Address, &'a ObservedResource), Failure> {
    let of_kind = || observed.resources.iter().filter(|(address, _)| wanted(address.kind));
    let named: Vec<_> = of_kind().filter(|(address, _)| means(name, address)).collect();
    let units: Vec<_> = named.iter().copied().filter(|(address, _)| address.kind.is_unit()).collect();
    let ours: Vec<_> = named.iter().copied().filter(|(_, found)| is_ours(found)).collect();
    match (named.as_slice(), units.as_slice(), ours.as_slice()) {
        ([found], _, _) | (_, [found], _) | (_, _, [found]) => Ok(*found),
        ([], _, _) => {
            let help = unknown_help(name, of_kind().map(|(address, _)| address), observed);
            Err(Trouble::Unknown { what, name: name.to_owned(), help }.into_failure())
        }
        (several, _, _) => {
            let several: Vec<&Address> = several.iter().map(|(address, _)| *address).collect();
            Err(ambiguous(name, &several))
        }
    }
}

fn means(name: &str, address: &Address) -> bool {
    let own_name = address.name.as_str();
    let in_pool = address.kind == Kind::Volume && own_name.split_once('/').is_some_and(|(_, volume)| volume == name);
    own_name == name || in_pool || name.parse::<Address>().is_ok_and(|wanted| wanted == *address)
}

fn is_ours(resource: &ObservedResource) -> bool {
    matches!(resource.ownership, Ownership::Ours { .. })
}

fn unknown_help<'a>(name: &str, known: impl Iterator<Item = &'a Address>, observed: &Observed) -> String {
    if let Some((backend, why)) = observed.unreachable.iter().next() {
        return format!("{backend} could not be read, and it may be there: {why}");
    }
    match nearest(name, known.map(|address| address.name.as_str())) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`hypernix list --all` shows what there is".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use expect_test::{Expect, expect};
    use model::{Fingerprint, Observed, ObservedResource, OwnerId, Ownership, PowerState, Seen};

    use super::{address, unit};
    use crate::failure::Failure;

    fn observed(addresses: &[(&str, Ownership)]) -> Observed {
        let resource = |ownership: &Ownership| ObservedResource {
            ownership: ownership.clone(),
            seen: Seen::Unchanged,
            power: PowerState::Off,
            fingerprint: Fingerprint::default(),
            domain: None,
            foreign_users: BTreeSet::new(),
        };
        let resources = addresses.iter().map(|(text, owner)| (text.parse().expect("an address"), resource(owner)));
        Observed { resources: resources.collect(), ..Observed::default() }
    }

    fn ours() -> Ownership {
        Ownership::Ours { spec: None, protect: false, deletion: Default::default() }
    }

    #[track_caller]
    fn check(name: &str, expected: Expect) {
        let other = Ownership::OtherOwner(OwnerId(Default::default()));
        let observed = observed(&[
            ("domain/web", ours()),
            ("container/web", Ownership::Unmanaged),
            ("domain/mail", Ownership::Unmanaged),
            ("container/mail", other),
            ("network/lan", ours()),
        ]);
        let said = match unit(name, &observed) {
            Ok((address, _)) => address.to_string(),
            Err(failure) => format!("{failure:?}"),
        };
        let _: Option<Failure> = None;
        expected.assert_eq(&said);
    }

    #[test]
    fn a_resource_is_named_by_its_address_or_as_a_unit() {
        let known = ["domain/web", "seed/web", "container/mail", "domain/mail", "volume/default/web-root"];
        let known: BTreeSet<model::Address> = known.iter().map(|text| text.parse().expect("an address")).collect();
        let said = |word: &str| address(word, &known).expect("it is known").to_string();
        assert_eq!(said("web"), "domain/web");
        assert_eq!(said("seed/web"), "seed/web");
        assert_eq!(said("web-root"), "volume/default/web-root");
        for (word, help) in [
            ("domain/wbe", "did you mean `domain/web`?"),
            ("wbe", "did you mean `web`?"),
            ("mail", "say which: domain/mail or container/mail"),
        ] {
            let failure = address(word, &known).expect_err("nothing is meant");
            assert!(format!("{failure:?}").contains(help), "{failure:?}");
        }
    }

    #[test]
    fn a_name_means_ours_first_and_asks_where_it_cannot_tell() {
        check("web", expect![["domain/web"]]);
        check("container/web", expect![["container/web"]]);
        check(
            "mail",
            expect![[r#"
            Failure { reports: [hypernix::ambiguous_name

              × `mail` names more than one object
              help: say which: domain/mail or container/mail
            ] }"#]],
        );
        check(
            "wbe",
            expect![[r#"
            Failure { reports: [hypernix::unknown_name

              × there is no unit `wbe`
              help: did you mean `web`?
            ] }"#]],
        );
        check(
            "lan",
            expect![[r#"
            Failure { reports: [hypernix::unknown_name

              × there is no unit `lan`
              help: `hypernix list --all` shows what there is
            ] }"#]],
        );
    }
}
