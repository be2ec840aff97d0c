//! How long steps take, roughly: measured on an idle host, rounded up.

use model::Kind;

use crate::Action;

/// A step's rough duration in milliseconds.
pub(crate) const fn estimate_ms(kind: Kind, action: &Action) -> u64 {
    match (action, kind) {
        (Action::Create { .. }, Kind::Image) => 20_000,
        (Action::Create { .. } | Action::Replace { .. }, Kind::ContainerImage) => 10_000,
        (Action::Create { .. }, Kind::Volume) => 1_000,
        (Action::Create { .. }, Kind::Network | Kind::DockerNetwork | Kind::Pool) => 500,
        (Action::Create { .. }, Kind::Domain | Kind::Container) => 150,
        (Action::Create { .. }, Kind::DockerVolume | Kind::Seed | Kind::File) => 50,
        (Action::Replace { .. }, Kind::Container) => 3_000,
        (Action::Replace { .. }, Kind::Network | Kind::DockerNetwork) => 1_500,
        (Action::Replace { .. }, Kind::Image) => 20_000,
        (Action::Replace { .. }, _) => 100,
        (Action::Configure { .. } | Action::ChangeLive { .. }, _) => 100,
        (Action::Rename { .. } | Action::Adopt { .. } | Action::Forget, _) => 50,
        (Action::Start, Kind::Domain) => 1_500,
        (Action::Start, _) => 400,
        (Action::Stop { .. }, Kind::Domain) => 10_000,
        (Action::Stop { .. }, _) => 2_000,
        (Action::Pause | Action::Resume, _) => 100,
        (Action::RunHook { .. }, _) => 1_000,
        (Action::AwaitHealth { .. }, _) => 5_000,
        (Action::Delete { .. }, _) => 200,
    }
}
