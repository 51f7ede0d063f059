//! A parameter's type: owned, or lent by the call. What it means is the compiler's to say; its spelling serves messages alone.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Lifetime, ReturnType, TypeImplTrait, TypeReference};

use crate::diagnostics::Errors;
use crate::entry::spelled;

/// A type that a call can be read into.
pub(crate) struct Type {
    /// The type, or the one behind the reference.
    pub(crate) tokens: TokenStream,
    /// Where the type begins.
    pub(crate) span: Span,
    /// Whether the function takes `&T`: the call owns the value and lends it.
    pub(crate) lent: bool,
    name: String,
    /// `T` of `Option<T>`.
    inside: Option<TokenStream>,
}

/// What comes from the server, going by the type's name: good enough for better words, never for a decision of code.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Given {
    /// `State`, `Context`: nothing of the call's arguments.
    Value,
    /// `Caller`, its `Claims`, a `Scoped` proof: there must be one.
    Caller,
    /// `Option<Caller>`, `Option<Scoped<..>>`.
    PerhapsCaller,
    /// `Args`: all arguments of the call.
    Args,
}

impl Type {
    pub(crate) fn read(ty: &syn::Type, errors: &mut Errors) -> Option<Self> {
        let (lent, inner) = match bare(ty) {
            syn::Type::Reference(reference) => (true, lent(reference, errors)?),
            inner => (false, inner),
        };
        let inside = Inside::look(inner, ty, false, errors);
        if !inside.fine {
            return None;
        }
        let erased = |ty: &syn::Type| {
            let tokens = ty.to_token_stream();
            if inside.lifetimes {
                erase_lifetimes(tokens)
            } else {
                tokens
            }
        };
        let (name, optional) = name(inner);
        Some(Self {
            tokens: erased(inner),
            span: inner.span(),
            lent,
            name,
            inside: optional.map(erased),
        })
    }

    pub(crate) fn given(&self) -> Option<Given> {
        match (self.name.as_str(), self.is_optional()) {
            ("Caller" | "Scoped", true) => Some(Given::PerhapsCaller),
            ("Caller" | "Claims" | "Scoped", false) => Some(Given::Caller),
            ("State" | "Context", false) => Some(Given::Value),
            ("Args", false) => Some(Given::Args),
            _ => None,
        }
    }

    /// Whether a function that looks at the value may well take what it derefs to.
    pub(crate) fn derefs(&self) -> bool {
        self.lent || matches!(self.name.as_str(), "PathBuf" | "String" | "Vec")
    }

    pub(crate) fn is_optional(&self) -> bool {
        self.inside.is_some()
    }

    /// The type of a value that is there: `T` of `Option<T>`, owned.
    pub(crate) fn required(&self) -> TokenStream {
        self.inside.clone().unwrap_or_else(|| self.owned())
    }

    /// The type that the call owns.
    pub(crate) fn owned(&self) -> TokenStream {
        let tokens = &self.tokens;
        if self.lent {
            quote!(<#tokens as __mcp::ToOwned>::Owned)
        } else {
            tokens.clone()
        }
    }

    /// The last word of the type's name, that of `T` for `Option<T>`; empty for a type without one.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

fn bare(mut ty: &syn::Type) -> &syn::Type {
    loop {
        ty = match ty {
            syn::Type::Group(group) => &group.elem,
            syn::Type::Paren(paren) => &paren.elem,
            _ => return ty,
        };
    }
}

fn lent<'a>(reference: &'a TypeReference, errors: &mut Errors) -> Option<&'a syn::Type> {
    let inner = &*reference.elem;
    if let Some(mutability) = reference.mutability {
        let and = reference.and_token;
        errors.on(
            &quote!(#and #mutability),
            format!(
                "a tool can't change its arguments for the caller: `&mut` would be lost with the call\n\
                 help: write `{}`",
                owned(inner)
            ),
        );
        return None;
    }
    if let Some(lifetime) = &reference.lifetime
        && lifetime.ident == "static"
    {
        errors.on(
            lifetime,
            format!(
                "an argument lives as long as its call\nhelp: write `&{}`",
                spelled(inner)
            ),
        );
        return None;
    }
    Some(bare(inner))
}

/// How a borrowed type is spelled when it is owned.
fn owned(inner: &syn::Type) -> String {
    match bare(inner) {
        syn::Type::Slice(slice) => format!("Vec<{}>", spelled(&slice.elem)),
        inner => match spelled(inner).as_str() {
            "str" => "String".to_owned(),
            "Path" => "PathBuf".to_owned(),
            other => other.to_owned(),
        },
    }
}

/// The last word of a type's name, and the type inside if it is an `Option`, whose name is then that of what is inside.
fn name(ty: &syn::Type) -> (String, Option<&syn::Type>) {
    let syn::Type::Path(path) = ty else {
        return (String::new(), None);
    };
    let Some(last) = path.path.segments.last() else {
        return (String::new(), None);
    };
    if last.ident == "Option"
        && let syn::PathArguments::AngleBracketed(arguments) = &last.arguments
        && let Some(syn::GenericArgument::Type(inside)) = arguments.args.first()
    {
        return (name(bare(inside)).0, Some(inside));
    }
    (last.ident.to_string(), None)
}

/// The answer's type. It outlives the call, so it borrows nothing.
pub(crate) fn answer(output: &ReturnType, errors: &mut Errors) -> Option<TokenStream> {
    let ReturnType::Type(_, ty) = output else {
        return Some(quote!(()));
    };
    if let syn::Type::Never(never) = bare(ty) {
        errors.on(
            never,
            "a tool that never ends never answers\nhelp: return `()`, or what the tool found out",
        );
        return None;
    }
    let inside = Inside::look(ty, ty, true, errors);
    inside.fine.then(|| ty.to_token_stream())
}

/// Looks for what cannot stand inside a type that is named in generated code.
struct Inside<'e> {
    errors: &'e mut Errors,
    answer: bool,
    fine: bool,
    lifetimes: bool,
    /// What was written, for the words to write instead.
    whole: &'e syn::Type,
}

impl<'e> Inside<'e> {
    fn look(ty: &syn::Type, whole: &'e syn::Type, answer: bool, errors: &'e mut Errors) -> Self {
        let mut inside = Self {
            errors,
            answer,
            fine: true,
            lifetimes: false,
            whole,
        };
        inside.visit_type(ty);
        inside
    }

    fn refuse(&mut self, tokens: &impl ToTokens, message: String) {
        self.errors.on(tokens, message);
        self.fine = false;
    }
}

impl<'ast> Visit<'ast> for Inside<'_> {
    fn visit_type_impl_trait(&mut self, ty: &'ast TypeImplTrait) {
        let message = if self.answer {
            "an answer's type decides the output schema, so it needs a name\n\
             help: write the type: `String`, `Json<T>`, `Result<_, ToolError>`"
        } else {
            "an argument needs one type: nobody on the wire can choose for `impl Trait`\n\
             help: write a type that can be read from JSON"
        };
        self.refuse(ty, message.to_owned());
    }

    fn visit_type_reference(&mut self, reference: &'ast TypeReference) {
        let lifetime = reference.lifetime.as_ref();
        if self.answer && lifetime.is_some_and(|lifetime| lifetime.ident == "static") {
            return visit::visit_type(self, &reference.elem);
        }
        let owned = owned(&reference.elem);
        let message = if self.answer {
            format!("an answer outlives the call's arguments\nhelp: write `{owned}`")
        } else {
            let borrowed = spelled(reference);
            let whole = spelled(self.whole).replace(&borrowed, &owned);
            format!(
                "an argument can be borrowed as a whole, not inside another type\n\
                 help: write `{whole}`"
            )
        };
        self.refuse(reference, message);
    }

    fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
        self.lifetimes = true;
        if self.answer && lifetime.ident != "static" {
            let message = "an answer outlives the call's arguments\n\
                           help: write a type that owns what it holds";
            self.refuse(lifetime, message.to_owned());
        }
    }
}

/// The function's own lifetimes are not known where its parameters are read.
fn erase_lifetimes(tokens: TokenStream) -> TokenStream {
    let mut after_quote = false;
    tokens
        .into_iter()
        .map(|token| {
            let erase = std::mem::take(&mut after_quote);
            match token {
                TokenTree::Ident(name) if erase && name != "static" => {
                    TokenTree::Ident(proc_macro2::Ident::new("_", Span::call_site()))
                }
                TokenTree::Group(group) => {
                    let inner = erase_lifetimes(group.stream());
                    let mut erased = proc_macro2::Group::new(group.delimiter(), inner);
                    erased.set_span(group.span());
                    TokenTree::Group(erased)
                }
                TokenTree::Punct(punct) => {
                    after_quote = punct.as_char() == '\'';
                    TokenTree::Punct(punct)
                }
                other => other,
            }
        })
        .collect()
}
