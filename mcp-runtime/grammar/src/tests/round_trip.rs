//! What a policy is shown as is read as the same policy.

use proptest::prelude::*;

use super::generate::texts;
use super::{cases, read};
use crate::{
    Audit, Auth, Breaker, Cache, Concurrency, Confirm, Deprecated, Idempotency, Invalidates, Rate,
    Retry, Size, TaskSupport, Timeout, When,
};

/// Reads, shows and reads again.
macro_rules! same_again {
    ($text:ident, $($option:literal => $policy:ident)*) => {
        match $text.0 {
            $($option => {
                let policy = $policy::parse(&$text.1);
                prop_assert!(policy.is_ok(), "{} = {:?}: {}", $text.0, $text.1, policy.unwrap_err());
                let policy = policy.unwrap();
                let shown = policy.to_string();
                prop_assert_eq!($policy::parse(&shown), Ok(policy), "{}", shown);
                prop_assert_eq!(read($text.0, &shown).unwrap(), shown);
            })*
            _ => {}
        }
    };
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn what_is_shown_is_read_as_the_same(text in texts()) {
        same_again! { text,
            "auth" => Auth
            "when" => When
            "rate" => Rate
            "cache" => Cache
            "invalidates" => Invalidates
            "timeout" => Timeout
            "retry" => Retry
            "breaker" => Breaker
            "concurrency" => Concurrency
            "max_in" => Size
            "max_out" => Size
            "audit" => Audit
            "confirm" => Confirm
            "idempotency" => Idempotency
            "task" => TaskSupport
            "deprecated" => Deprecated
        }
    }
}
