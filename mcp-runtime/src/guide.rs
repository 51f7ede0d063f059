//! The guide's pages and the README, whose snippets are compiled with the documentation's tests.

macro_rules! pages {
    ($($name:ident: $page:literal),* $(,)?) => {$(
        #[doc = include_str!(concat!("../../", $page))]
        struct $name;
    )*};
}

pages! {
    Asking: "docs/guide/asking.md",
    Audit: "docs/guide/audit.md",
    Auth: "docs/guide/auth.md",
    Cache: "docs/guide/cache.md",
    Composition: "docs/guide/composition.md",
    Confirm: "docs/guide/confirm.md",
    Context: "docs/guide/context.md",
    FromFastMcp: "docs/guide/from-fastmcp.md",
    FromRmcp: "docs/guide/from-rmcp.md",
    Middleware: "docs/guide/middleware.md",
    Policies: "docs/guide/policies.md",
    Prompts: "docs/guide/prompts.md",
    Rate: "docs/guide/rate.md",
    Readme: "README.md",
    Resilience: "docs/guide/resilience.md",
    Resources: "docs/guide/resources.md",
    SizeAndSecrets: "docs/guide/size-and-secrets.md",
    Skills: "docs/guide/skills.md",
    Tasks: "docs/guide/tasks.md",
    Tools: "docs/guide/tools.md",
}
