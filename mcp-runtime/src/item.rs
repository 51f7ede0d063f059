//! What resources and prompts share with tools: the options of their attributes that are a tool's too.

/// The builder methods of a definition that has a tool's as its `item`. What changes something has no place here: `confirm`, `idempotency`,
/// `invalidates` and `destructive` are a tool's alone.
macro_rules! item_options {
    ($definition:ident) => {
        impl $definition {
            /// `title = ".."`: the name a person sees.
            #[must_use]
            pub const fn title(mut self, title: &'static str) -> Self {
                self.item = self.item.title(title);
                self
            }

            /// `tags = [..]`: labels to filter by.
            #[must_use]
            pub const fn tags(mut self, tags: &'static [&'static str]) -> Self {
                self.item = self.item.tags(tags);
                self
            }

            /// `icons = [..]`: addresses of pictures.
            #[must_use]
            pub const fn icons(mut self, icons: &'static [&'static str]) -> Self {
                self.item = self.item.icons(icons);
                self
            }

            /// `meta(..)`: entries of `_meta`, each value as JSON text.
            #[must_use]
            pub const fn meta(mut self, meta: &'static [(&'static str, &'static str)]) -> Self {
                self.item = self.item.meta(meta);
                self
            }

            /// `visible = "always"`: listed for those that may not use it too.
            #[must_use]
            pub const fn visible_always(mut self) -> Self {
                self.item = self.item.visible_always();
                self
            }

            /// Policies as they are written, by option. Their texts are read when the server is built.
            #[must_use]
            pub const fn policies(mut self, texts: &'static [(&'static str, &'static str)]) -> Self {
                self.item = self.item.policies(texts);
                self
            }

            /// `deprecated = ".."`: says what to use instead, and until when.
            #[must_use]
            pub const fn deprecated(mut self, deprecated: ::mcp_grammar::Deprecated<'static>) -> Self {
                self.item = self.item.deprecated(deprecated);
                self
            }

            /// `allow(lint, "reason")`.
            #[must_use]
            pub const fn allow(mut self, lint: &'static str, reason: &'static str) -> Self {
                self.item = self.item.allow(lint, reason);
                self
            }

            /// `#[complete(function)]` on a parameter: the function that proposes values for it.
            #[must_use]
            #[doc(hidden)]
            pub const fn complete(mut self, argument: &'static str, function: $crate::tool::Walk) -> Self {
                self.completions = self.completions.push((argument, function));
                self
            }

            /// Ends the definition: policies that contradict each other do not compile.
            #[must_use]
            #[track_caller]
            pub const fn checked(mut self) -> Self {
                self.item = self.item.checked();
                self
            }
        }

        $crate::item::item_policies!($definition:
            /// `auth = ".."`: who may use it.
            auth: ::mcp_grammar::Auth<'static>,
            /// `when = ".."`: what the arguments must have to do with their caller.
            when: ::mcp_grammar::When<'static>,
            /// `rate = ".."`: one bucket; all of them must let a call through.
            rate: ::mcp_grammar::Rate<'static>,
            /// `cache = ".."`.
            cache: ::mcp_grammar::Cache<'static>,
            /// `timeout = ".."`.
            timeout: ::mcp_grammar::Timeout,
            /// `retry = ".."`.
            retry: ::mcp_grammar::Retry,
            /// `breaker = ".."`.
            breaker: ::mcp_grammar::Breaker<'static>,
            /// `concurrency = ".."`.
            concurrency: ::mcp_grammar::Concurrency<'static>,
            /// `max_in = ".."`: the largest arguments.
            max_in: ::mcp_grammar::Size,
            /// `max_out = ".."`: the largest answer.
            max_out: ::mcp_grammar::Size,
            /// `audit = ".."`.
            audit: ::mcp_grammar::Audit,
        );
    };
}

macro_rules! item_policies {
    ($definition:ident: $($(#[$doc:meta])* $name:ident: $type:ty,)*) => {
        impl $definition {$(
            $(#[$doc])*
            #[must_use]
            pub const fn $name(mut self, $name: $type) -> Self {
                self.item = self.item.$name($name);
                self
            }
        )*}
    };
}

pub(crate) use {item_options, item_policies};
