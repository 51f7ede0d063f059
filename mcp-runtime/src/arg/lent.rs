//! Schemas of the types that tools take and give, made by code that is compiled once.

use std::borrow::Cow;
use std::cell::Cell;

use schemars::{JsonSchema, Schema, SchemaGenerator};

/// What schemars asks of a type to describe it.
///
/// schemars' generator is generic over the type, and brings its own collections along into each crate that describes one. Here it is compiled for
/// one type alone, which answers for whichever is lent to it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lent {
    inline: fn() -> bool,
    name: fn() -> Cow<'static, str>,
    id: fn() -> Cow<'static, str>,
    schema: fn(&mut SchemaGenerator) -> Schema,
}

thread_local! {
    static LENT: Cell<Lent> = const { Cell::new(Lent::of::<bool>()) };
}

impl Lent {
    pub(crate) const fn of<T: ?Sized + JsonSchema>() -> Self {
        Self {
            inline: T::inline_schema,
            name: T::schema_name,
            id: T::schema_id,
            schema: T::json_schema,
        }
    }

    pub(super) fn subschema(self, generator: &mut SchemaGenerator) -> Schema {
        self.while_lent(|| generator.subschema_for::<Borrower>())
    }

    pub(crate) fn root_schema(self, generator: &mut SchemaGenerator) -> Schema {
        self.while_lent(|| generator.root_schema_for::<Borrower>())
    }

    fn while_lent(self, describe: impl FnOnce() -> Schema) -> Schema {
        let before = LENT.replace(self);
        let schema = describe();
        LENT.set(before);
        schema
    }
}

struct Borrower;

impl JsonSchema for Borrower {
    fn inline_schema() -> bool {
        (LENT.get().inline)()
    }

    fn schema_name() -> Cow<'static, str> {
        (LENT.get().name)()
    }

    fn schema_id() -> Cow<'static, str> {
        (LENT.get().id)()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        (LENT.get().schema)(generator)
    }
}

#[cfg(test)]
mod tests {
    #![allow(dead_code, reason = "only their schemas are looked at")]

    use schemars::generate::SchemaSettings;

    use super::*;

    /// A folder.
    #[derive(JsonSchema)]
    struct Folder {
        folders: Vec<Folder>,
        owner: Owner,
    }

    #[derive(JsonSchema)]
    struct Owner {
        first: Option<Box<Folder>>,
    }

    fn same<T: JsonSchema>() {
        let (mut ours, mut theirs) = (generator(), generator());
        let (lent, own) = (
            Lent::of::<T>().subschema(&mut ours),
            theirs.subschema_for::<T>(),
        );
        assert_eq!(lent, own);
        assert_eq!(ours.definitions(), theirs.definitions());
        assert_eq!(
            Lent::of::<T>().root_schema(&mut ours),
            theirs.root_schema_for::<T>()
        );
    }

    fn generator() -> SchemaGenerator {
        SchemaSettings::draft2020_12().into_generator()
    }

    #[test]
    fn what_is_lent_is_described_as_itself() {
        same::<i64>();
        same::<Option<String>>();
        same::<Vec<Owner>>();
        same::<Owner>();
        same::<Folder>();
    }
}
