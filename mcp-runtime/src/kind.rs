//! What a call is for: a tool, or one of the other things that a server serves and that go the same way.

/// The kinds of what can be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Tool,
    Resource,
    Prompt,
    /// A function that lists the resources of a template.
    Listing,
    /// A function that completes what somebody types for an argument.
    Completion,
}

impl Kind {
    /// What people call it.
    pub(crate) const fn noun(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Resource => "resource",
            Self::Prompt => "prompt",
            Self::Listing => "listing",
            Self::Completion => "completion",
        }
    }

    /// Whether its arguments come as text, whatever their types.
    pub(crate) const fn speaks_text(self) -> bool {
        matches!(self, Self::Resource | Self::Prompt)
    }
}
