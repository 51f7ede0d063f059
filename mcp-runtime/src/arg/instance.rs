//! The value that a method is called on: the one that was mounted.

use std::any::type_name;
use std::fmt;
use std::marker::PhantomData;

use super::{Params, Pass, reject};
use crate::error::ToolError;
use crate::mount::Instance;

/// A mounted value of this type.
///
/// It can go to any thread whatever the type is; that the type can is for the method's own future to say, at the method's name.
pub struct This<T>(Instance, PhantomData<fn() -> T>);

impl<T: 'static> This<T> {
    fn new(instance: &Instance) -> Option<Self> {
        let is = (**instance).is::<T>();
        is.then(|| Self(Instance::clone(instance), PhantomData))
    }
}

impl<T: 'static> std::ops::Deref for This<T> {
    type Target = T;

    fn deref(&self) -> &T {
        match self.0.downcast_ref() {
            Some(this) => this,
            None => unreachable!("the type is looked at when this is made"),
        }
    }
}

impl<T> fmt::Debug for This<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("This").field(&type_name::<T>()).finish()
    }
}

/// What a method is called on.
pub fn instance<T: 'static>(params: &mut Params<'_>) -> Option<This<T>> {
    match &mut params.0 {
        Pass::Describe(signature) => {
            signature.injected("self").instance::<T>();
            None
        }
        Pass::Read { call, faults, .. } => {
            let this = call.tool.instance.as_ref().and_then(This::new);
            if this.is_none() {
                let missing = format!("no value of type {}", type_name::<T>());
                reject::injected(call, "self", ToolError::internal(missing), faults);
            }
            this
        }
    }
}
