//! What stands between a toolset's braces: functions with `#[tool]`, and everything else, which stays unread tokens.

use proc_macro2::{Delimiter, Group, Spacing, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, GenericParam, Generics, Path, Token, Type, Visibility, token};

use crate::diagnostics::Errors;
use crate::twin::{Role, conditions};

/// A module or an `impl` block, its items unread.
pub(super) struct Body {
    /// All that stands before the braces.
    pub(super) head: TokenStream,
    pub(super) container: Container,
    /// `mod` or `impl`.
    pub(super) keyword: Span,
    /// When it is there at all.
    pub(super) conditions: Vec<Attribute>,
    braces: Group,
}

pub(super) enum Container {
    Module,
    /// The methods of this type; none where it can't have a list.
    Methods(Option<Box<Type>>),
}

/// Some of the items, in order.
pub(super) enum Piece {
    Other(TokenStream),
    Item(Written),
}

/// A function with an attribute of ours.
pub(super) struct Written {
    pub(super) role: Role,
    /// The attribute's name as it is written there.
    pub(super) path: Path,
    /// What stands between the attribute's brackets.
    pub(super) options: TokenStream,
    /// The function without the attribute.
    pub(super) item: TokenStream,
}

impl Body {
    /// Reads what the attribute stands on, or reports what stands there instead and gives it back.
    pub(super) fn read(item: TokenStream, errors: &mut Errors) -> Result<Self, TokenStream> {
        let mut head: Vec<_> = item.clone().into_iter().collect();
        let braces = match head.pop() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => Some(group),
            _ => None,
        };
        let header = |input: ParseStream<'_>| {
            let attrs = input.call(Attribute::parse_outer)?;
            input.parse::<Visibility>()?;
            input.parse::<Option<Token![unsafe]>>()?;
            let keyword = input.span();
            let container = if input.peek(Token![mod]) {
                Some(Container::Module)
            } else if input.peek(Token![impl]) {
                input.parse::<Token![impl]>()?;
                Some(Container::Methods(methods(input, errors)?.map(Box::new)))
            } else {
                None
            };
            let other = container.is_none().then(|| input.parse::<TokenTree>());
            input.parse::<TokenStream>()?;
            Ok((attrs, keyword, container, other.transpose()?))
        };
        let head: TokenStream = head.into_iter().collect();
        match (header.parse2(head.clone()), braces) {
            (Ok((attrs, keyword, Some(container), _)), Some(braces)) => Ok(Self {
                head,
                container,
                keyword,
                conditions: conditions(&attrs),
                braces,
            }),
            (Ok((_, keyword, Some(_), _)), None) => {
                errors.at(
                    keyword,
                    "`#[toolset]` looks for tools between braces, and this module is in another file\n\
                     help: write `mod name { .. }` here, or a list at the end of that file, \
                     `pub const TOOLS: Toolset = tools![..];`",
                );
                Err(item)
            }
            (Ok((_, keyword, None, other)), _) => {
                let other = other.map_or_else(String::new, |other| format!(", not on `{other}`"));
                errors.at(
                    keyword,
                    format!(
                        "`#[toolset]` goes on a module or an `impl` block{other}\n\
                         help: put it on the `impl` block that has the tools"
                    ),
                );
                Err(item)
            }
            (Err(error), _) => {
                errors.add(error);
                Err(item)
            }
        }
    }

    /// The items.
    pub(super) fn pieces(&self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut other = TokenStream::new();
        // The attributes of the item that comes next, each as its `#` and its brackets.
        let mut attributes: Vec<[TokenTree; 2]> = Vec::new();
        let mut tokens = self.braces.stream().into_iter().peekable();
        while let Some(token) = tokens.next() {
            if is_hash(&token)
                && let Some(TokenTree::Group(group)) = tokens.peek()
                && group.delimiter() == Delimiter::Bracket
                && let Some(brackets) = tokens.next()
            {
                attributes.push([token, brackets]);
                continue;
            }
            let ours = attributes.iter().enumerate();
            let ours = ours.filter_map(|(at, [_, brackets])| Some((at, inside(brackets)?)));
            let Some((at, (role, path, options))) = { ours }.next() else {
                other.extend(attributes.drain(..).flatten());
                other.extend([token]);
                continue;
            };
            attributes.remove(at);
            let mut item: TokenStream = attributes.drain(..).flatten().collect();
            let mut end = End::default();
            let mut next = Some(token);
            while let Some(token) = next {
                let last = end.is_at(&token);
                item.extend([token]);
                next = if last { None } else { tokens.next() };
            }
            pieces.push(Piece::Other(std::mem::take(&mut other)));
            pieces.push(Piece::Item(Written {
                role,
                path,
                options,
                item,
            }));
        }
        other.extend(attributes.drain(..).flatten());
        pieces.push(Piece::Other(other));
        pieces
    }

    /// Braces of the user's around new content.
    pub(super) fn around(&self, content: TokenStream) -> Group {
        let mut group = Group::new(Delimiter::Brace, content);
        group.set_span(self.braces.span());
        group
    }
}

/// Reads `impl` to its braces, and says why the block can't be a toolset where it can't.
fn methods(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Option<Type>> {
    let mut fine = true;
    if input.peek(Token![<]) {
        for parameter in &input.parse::<Generics>()?.params {
            errors.on(parameter, generic(parameter));
            fine = false;
        }
    }
    let ty: Type = input.parse()?;
    if input.peek(Token![for]) {
        errors.on(
            &ty,
            "the methods of a trait are everybody's who implements it, and can't be tools of one type\n\
             help: write `#[toolset]` on an `impl` block of the type's own, whose methods call these",
        );
        fine = false;
    }
    Ok(fine.then_some(ty))
}

fn generic(parameter: &GenericParam) -> String {
    match parameter {
        GenericParam::Lifetime(_) => {
            "a toolset lives as long as its server, so it borrows nothing\n\
             help: own what it holds, in an `Arc` if others hold it too"
                .to_owned()
        }
        GenericParam::Type(_) | GenericParam::Const(_) => {
            let name = match parameter {
                GenericParam::Const(parameter) => &parameter.ident,
                GenericParam::Type(parameter) => &parameter.ident,
                GenericParam::Lifetime(parameter) => &parameter.lifetime.ident,
            };
            format!(
                "a toolset can't be generic: nobody on the wire can choose `{name}`\n\
                 help: write the type that is mounted, as in `impl Crm<Postgres>`, or hold a `Box<dyn ..>`"
            )
        }
    }
}

fn is_hash(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == '#')
}

/// Looks for the end of an item: of a function its body, and of what is none perhaps a `;`.
#[derive(Default)]
struct End {
    /// How many `<` are open: the braces between them are an argument of a type, as in `Page<{ N }>`.
    open: usize,
    /// Whether the token before was the `-` of a `->`, or the `=` of a `=>`.
    arrow: bool,
}

impl End {
    fn is_at(&mut self, token: &TokenTree) -> bool {
        let arrow = std::mem::take(&mut self.arrow);
        match token {
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace && self.open == 0,
            TokenTree::Punct(punct) => {
                match punct.as_char() {
                    '<' => self.open += 1,
                    '>' if !arrow => self.open = self.open.saturating_sub(1),
                    '-' | '=' => self.arrow = punct.spacing() == Spacing::Joint,
                    _ => {}
                }
                punct.as_char() == ';' && punct.spacing() == Spacing::Alone
            }
            _ => false,
        }
    }
}

/// What `#[tool(..)]` makes, its path, and what stands between its brackets. `#[mcp_runtime::tool]` is one too.
fn inside(brackets: &TokenTree) -> Option<(Role, Path, TokenStream)> {
    let TokenTree::Group(brackets) = brackets else {
        return None;
    };
    let attribute = |input: ParseStream<'_>| {
        let path = input.call(Path::parse_mod_style)?;
        let mut options = TokenStream::new();
        if input.peek(token::Paren)
            && let TokenTree::Group(group) = input.parse()?
        {
            options = group.stream();
        }
        Ok((path, options, input.is_empty()))
    };
    let (path, options, whole) = attribute.parse2(brackets.stream()).ok()?;
    let last = &path.segments.last()?.ident;
    let mut roles = [Role::Tool, Role::Resource, Role::Prompt].into_iter();
    let role = roles.find(|role| last == role.noun())?;
    whole.then_some((role, path, options))
}

impl ToTokens for Body {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.head.to_tokens(tokens);
        self.braces.to_tokens(tokens);
    }
}
