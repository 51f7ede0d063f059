//! A value that is dropped by this crate's code, whoever owns it.

use std::ops::{Deref, DerefMut};

/// A value behind a trait object, so that a function of another crate that owns it does not hold the code that drops it, only a call.
///
/// That code is all of the value's collections, of which a release build shares nothing between crates: for a server of one tool, a quarter of
/// what its program would have to compile.
pub(crate) struct Kept<T: 'static>(Box<dyn Holds<T>>);

trait Holds<T>: Send {
    fn value(&self) -> &T;
    fn value_mut(&mut self) -> &mut T;
    fn into_value(self: Box<Self>) -> T;
}

impl<T: Send> Holds<T> for T {
    fn value(&self) -> &T {
        self
    }

    fn value_mut(&mut self) -> &mut T {
        self
    }

    fn into_value(self: Box<Self>) -> T {
        *self
    }
}

impl<T: Send> Kept<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Box::new(value))
    }
}

impl<T> Kept<T> {
    pub(crate) fn into_inner(self) -> T {
        self.0.into_value()
    }
}

impl<T> Deref for Kept<T> {
    type Target = T;

    fn deref(&self) -> &T {
        (*self.0).value()
    }
}

impl<T> DerefMut for Kept<T> {
    fn deref_mut(&mut self) -> &mut T {
        (*self.0).value_mut()
    }
}
