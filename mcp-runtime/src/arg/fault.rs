//! What is wrong with a call's arguments, gathered while they are read.

use crate::error::FieldError;

/// How many errors one answer lists. What was sent decides how many there are, so that the rest of them is a number.
pub(crate) const MOST: usize = 32;

/// Everything wrong with a call's arguments so far.
#[derive(Debug, Default)]
pub struct Faults {
    pub(crate) list: Vec<Fault>,
    /// How many are not in the list.
    pub(crate) more: usize,
}

/// One argument that cannot be used.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) error: FieldError,
    pub(crate) known: Known,
}

/// How much of it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    Whole,
    /// Serde stopped here, at the first fault of perhaps several.
    First,
    /// A pattern is not matched, and the schema alone knows which.
    NoPattern,
}

impl Faults {
    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Adds what is wrong with one parameter.
    pub(crate) fn push(&mut self, error: FieldError) {
        self.push_known(Known::Whole, error);
    }

    pub(super) fn push_known(&mut self, known: Known, error: FieldError) {
        self.list.push(Fault { error, known });
    }

    /// Adds one error of as many as the caller likes to make: beyond the most it is counted, and its words are not made.
    pub(crate) fn push_of_many(&mut self, known: Known, error: impl FnOnce() -> FieldError) {
        match self.list.len() < MOST {
            true => self.push_known(known, error()),
            false => self.more += 1,
        }
    }
}
