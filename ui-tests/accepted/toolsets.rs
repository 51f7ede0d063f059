//! Toolsets must compile wherever tools do: under every lint, without a prelude, with types and constants of their own.

/// A type with methods.
#[derive(Debug)]
pub struct Crm {
    names: Vec<String>,
}

/// A policy in a constant.
pub const RATE: mcp_runtime::Rate<'static> = mcp_runtime::Rate::new("10/s");

#[mcp_runtime::toolset(prefix = "crm", auth = "user", rate = RATE, tags = ["crm"])]
impl Crm {
    /// As many names as there may be.
    pub const MOST: usize = 3;

    /// A customer base of these names.
    #[must_use]
    pub fn new(names: Vec<String>) -> Self {
        Self { names }
    }

    /// Find a customer.
    #[mcp_runtime::tool(read_only)]
    pub async fn find(
        &self,
        /// Part of the name.
        part: &str,
        #[arg(default = Self::MOST)] most: usize,
    ) -> usize {
        let found = self.names.iter().filter(|name| name.contains(part));
        found.take(most).count()
    }

    /// Count the customers, on a thread of its own.
    #[must_use]
    #[mcp_runtime::tool(read_only, blocking, timeout = "1s")]
    pub fn count(&self, from: Option<usize>) -> usize {
        self.names.len() - from.unwrap_or(0)
    }

    /// Say what this is.
    #[mcp_runtime::tool(read_only)]
    #[cfg(not(miri))]
    pub async fn about() -> &'static str {
        "customers"
    }

    /// A customer's name.
    #[mcp_runtime::resource("crm://customers/{number}", list = Self::all)]
    pub async fn customer(&self, #[complete(Self::numbers)] number: usize) -> Option<String> {
        self.names.get(number).cloned()
    }

    /// Look at a customer.
    #[must_use]
    #[mcp_runtime::prompt(blocking)]
    #[cfg(not(miri))]
    pub fn look(&self, #[complete(Self::numbers)] number: usize) -> String {
        format!("Look at {:?}.", self.names.get(number))
    }

    async fn all() -> Vec<mcp_runtime::Link> {
        core::future::ready(Vec::new()).await
    }

    fn numbers(_: &str) -> Vec<String> {
        Vec::new()
    }
}

/// A module with functions.
#[mcp_runtime::toolset(timeout = "1s")]
pub mod math {
    /// Add two numbers.
    #[mcp_runtime::tool(read_only)]
    pub async fn add(a: i64, b: i64) -> i64 {
        a + b
    }

    /// The rules.
    #[mcp_runtime::resource("math://rules")]
    pub async fn rules() -> &'static str {
        "a + b = b + a"
    }
}

/// A module whose imports are used by its attributes alone.
#[mcp_runtime::toolset]
pub mod imported {
    use mcp_runtime::prelude::*;

    /// Add two numbers.
    #[tool(read_only)]
    pub async fn add(a: i64, b: i64) -> i64 {
        a + b
    }
}
