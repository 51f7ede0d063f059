//! One parameter of a function: how it is named, read, described and checked.

mod arg;
mod complete;
mod pattern;
mod ty;
mod validate;

use mcp_grammar::{LONGEST_ARGUMENT, stranger_in_name};
use syn::{Attribute, PatType, Path};

use crate::diagnostics::Errors;
use crate::docs::{self, Text};

pub(crate) use self::arg::Arg;
pub(crate) use self::pattern::Name;
pub(crate) use self::ty::{Given, Type, answer};
pub(crate) use self::validate::{Check, Rule};

#[cfg(test)]
pub(crate) use self::{arg::OPTIONS as ARG_OPTIONS, validate::OPTIONS as VALIDATE_OPTIONS};

/// A parameter that makes sense on its own.
pub(crate) struct Parameter {
    pub(crate) name: Name,
    pub(crate) ty: Type,
    pub(crate) doc: Text,
    pub(crate) arg: Arg,
    pub(crate) rules: Vec<Rule>,
    /// `#[complete(function)]`: what proposes values.
    pub(crate) complete: Option<Path>,
    /// Whether it can only come from the server: a parameter of a resource that its address does not have.
    pub(crate) is_given: bool,
}

impl Parameter {
    /// Reads a parameter and the attributes that stood on it.
    pub(crate) fn read(
        parameter: &PatType,
        attrs: &[Attribute],
        errors: &mut Errors,
    ) -> Option<Self> {
        if let Some(cfg) = parameter
            .attrs
            .iter()
            .find(|attr| attr.path().is_ident("cfg"))
        {
            errors.on(
                cfg,
                "an argument can't come and go with `cfg`: clients would see two tools of one name\n\
                 help: write two functions, each with its own `#[cfg(..)]`",
            );
        }
        let arg = Arg::read(attrs, errors);
        let name = Name::read(&parameter.pat, arg.name.as_ref(), errors);
        let ty = Type::read(&parameter.ty, errors);
        let rules = validate::read(attrs, ty.as_ref(), errors);
        let (name, ty) = (name?, ty?);
        let parameter = Self {
            name,
            ty,
            doc: docs::description(attrs),
            arg,
            rules,
            complete: complete::read(attrs, errors),
            is_given: false,
        };
        parameter.check_name(errors);
        parameter.arg.check(&parameter.ty, errors);
        Some(parameter)
    }

    fn check_name(&self, errors: &mut Errors) {
        const MOST: usize = LONGEST_ARGUMENT;
        let help = "help: write `#[arg(name = \"..\")]` with letters, digits, `_`, `-` and `.`";
        let Name {
            wire: name, span, ..
        } = &self.name;
        if let Some(c) = stranger_in_name(name) {
            errors.at(
                *span,
                format!("an argument's name can't contain `{c}`: clients refuse it\n{help}"),
            );
        } else if name.is_empty() || name.len() > MOST {
            errors.at(
                *span,
                format!("an argument's name has 1 to {MOST} characters\n{help}"),
            );
        }
    }
}
