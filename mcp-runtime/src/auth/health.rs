//! Whether a verifier can tell whose tokens are good.

/// Whether a verifier can do its work at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Health {
    /// It can.
    Ready,
    /// It can as long as nothing else goes wrong: keys are old, an issuer does not answer.
    Degraded,
    /// It cannot: no caller gets in. The server answers `503` at `/readyz`, so that nobody sends it any.
    NotReady,
}

impl Health {
    /// Of several that stand in for each other: ready if all are, not ready if none is anything else.
    pub(super) fn of_any(all: impl IntoIterator<Item = Self>) -> Self {
        let all = all.into_iter().reduce(|one, other| match one == other {
            true => one,
            false => Self::Degraded,
        });
        all.unwrap_or(Self::Ready)
    }
}

#[cfg(test)]
mod tests {
    use super::Health::{self, Degraded, NotReady, Ready};

    #[test]
    fn a_server_is_out_only_where_none_of_its_verifiers_is_left() {
        for (all, expected) in [
            (&[][..], Ready),
            (&[Ready, Ready], Ready),
            (&[Ready, NotReady], Degraded),
            (&[NotReady, Ready, NotReady], Degraded),
            (&[NotReady, Degraded], Degraded),
            (&[NotReady, NotReady], NotReady),
        ] {
            assert_eq!(Health::of_any(all.iter().copied()), expected, "{all:?}");
        }
    }
}
