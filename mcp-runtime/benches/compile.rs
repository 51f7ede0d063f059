//! What a tool costs the compiler, beside rmcp's own `#[tool]` in the same run.
//!
//! `cargo bench --bench compile` writes crates of 0 to 500 two-parameter tools below `target/compile-bench`, and measures the CPU time of
//! the compiler's processes (user and system, from `/proc/self/stat`), so that a busy machine changes little. Give a number to
//! change the rounds: `cargo bench --bench compile -- 5`.

#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark prints its figures, and its time is the machine's"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Linux counts CPU time in hundredths of a second (`getconf CLK_TCK`).
const TICK: Duration = Duration::from_millis(10);

/// Sizes at which the growth of `cargo check` is looked at.
const SIZES: [usize; 3] = [0, 100, 500];

/// The size at which rebuilding and release builds are measured.
const CRATE: usize = 100;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let rounds = std::env::args()
        .filter_map(|argument| argument.parse().ok())
        .next()
        .unwrap_or(3);
    let bench = Bench::new(rounds)?;
    println!("{rounds} rounds, medians; CPU time of the compiler's processes\n");
    bench.check()?;
    bench.rebuild()?;
    bench.release()
}

/// Whose tools a generated crate holds.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Plain,
    Policies,
    Rmcp,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Plain, Self::Policies, Self::Rmcp];

    fn label(self) -> &'static str {
        match self {
            Self::Plain => "no policies",
            Self::Policies => "five policies",
            Self::Rmcp => "rmcp's #[tool]",
        }
    }

    fn folder(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Policies => "policies",
            Self::Rmcp => "rmcp",
        }
    }

    fn source(self, tools: usize) -> String {
        match self {
            Self::Plain => ours(tools, "read_only"),
            Self::Policies => ours(
                tools,
                r#"read_only, auth = "math:read", rate = "10/s burst 20", cache = "60s", timeout = "2s", concurrency = "8 queue 32 wait 1s""#,
            ),
            Self::Rmcp => rmcp(tools),
        }
    }
}

#[derive(Clone, Copy)]
enum Incremental {
    Never,
    /// The crate's own code, as the profile says; no dependency's.
    Own,
}

struct Bench {
    rounds: usize,
    root: PathBuf,
    runtime: PathBuf,
}

/// What one command cost.
#[derive(Clone, Copy)]
struct Cost {
    cpu: Duration,
    wall: Duration,
}

impl Bench {
    fn new(rounds: usize) -> Result<Self> {
        let runtime = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let root = runtime.join("../target/compile-bench");
        fs::create_dir_all(&root)?;
        Ok(Self {
            rounds,
            root: root.canonicalize()?,
            runtime,
        })
    }

    /// CPU time of `cargo check` a tool, without incremental compilation.
    fn check(&self) -> Result<()> {
        println!("cargo check, ms of CPU a tool");
        for kind in Kind::ALL {
            let mut medians = Vec::new();
            for size in SIZES {
                let folder = self.write(kind, size)?;
                cargo(&folder, &["check"], Incremental::Never)?;
                medians.push(self.median(|| {
                    touch(&folder)?;
                    cargo(&folder, &["check"], Incremental::Never)
                })?);
            }
            let growth = |from: usize, to: usize| {
                let more = medians[to].cpu.saturating_sub(medians[from].cpu);
                more.as_secs_f64() * 1000.0 / (SIZES[to] - SIZES[from]) as f64
            };
            println!(
                "  {:<16} 0 to 100 tools: {:>6.2}   100 to 500 tools: {:>6.2}",
                kind.label(),
                growth(0, 1),
                growth(1, 2)
            );
        }
        Ok(())
    }

    /// An incremental debug build after one tool's body has changed.
    fn rebuild(&self) -> Result<()> {
        for (profile, label) in [
            ("dev", "with cargo's profile and line tables"),
            ("edit", "with optimised dependencies"),
        ] {
            println!("\nincremental debug rebuild after one edit, {CRATE} tools, {label}");
            let build = ["build", "--profile", profile];
            for kind in Kind::ALL {
                let folder = self.write(kind, CRATE)?;
                let source = folder.join("src/main.rs");
                let text = fs::read_to_string(&source)?;
                cargo(&folder, &build, Incremental::Own)?;
                let mut edits = 0;
                let cost = self.median(|| {
                    edits += 1;
                    fs::write(
                        &source,
                        text.replacen("+ 7", &format!("+ {}", 70 + edits), 1),
                    )?;
                    cargo(&folder, &build, Incremental::Own)
                })?;
                report(kind, cost);
            }
        }
        Ok(())
    }

    /// A release build of the crate alone, its dependencies built.
    fn release(&self) -> Result<()> {
        println!("\nrelease build of the crate alone, {CRATE} tools");
        for kind in Kind::ALL {
            let folder = self.write(kind, CRATE)?;
            cargo(&folder, &["build", "--release"], Incremental::Never)?;
            let cost = self.median(|| {
                touch(&folder)?;
                cargo(&folder, &["build", "--release"], Incremental::Never)
            })?;
            report(kind, cost);
        }
        Ok(())
    }

    fn median(&self, mut run: impl FnMut() -> Result<Cost>) -> Result<Cost> {
        let mut costs = Vec::new();
        for _ in 0..self.rounds {
            costs.push(run()?);
        }
        costs.sort_by_key(|cost| cost.cpu);
        Ok(costs[costs.len() / 2])
    }

    fn write(&self, kind: Kind, tools: usize) -> Result<PathBuf> {
        let folder = self.root.join(format!("{}-{tools}", kind.folder()));
        fs::create_dir_all(folder.join("src"))?;
        fs::write(folder.join("Cargo.toml"), self.manifest(kind, tools))?;
        // The same versions as the workspace has, so that nothing is resolved anew.
        fs::copy(
            self.runtime.join("../Cargo.lock"),
            folder.join("Cargo.lock"),
        )?;
        fs::write(folder.join("src/main.rs"), kind.source(tools))?;
        Ok(folder)
    }

    fn manifest(&self, kind: Kind, tools: usize) -> String {
        let dependencies = match kind {
            Kind::Rmcp => {
                r#"rmcp = { version = "~3.9.0", features = ["server", "macros", "transport-io"] }
serde = { version = "1", features = ["derive"] }
schemars = "1.2"
"#
            }
            _ => &format!("mcp-runtime = {{ path = {:?} }}\n", self.runtime),
        };
        // Beside its users' code and not in a registry, cargo would compile it incrementally: in ten times as many parts, and larger.
        let as_from_a_registry: String = match kind {
            Kind::Rmcp => String::new(),
            _ => ["dev", "edit"]
                .into_iter()
                .flat_map(|profile| ["mcp-runtime", "mcp-grammar"].map(|name| (profile, name)))
                .map(|(profile, name)| {
                    format!("\n[profile.{profile}.package.{name}]\nincremental = false\ncodegen-units = 16\n")
                })
                .collect(),
        };
        format!(
            r#"[package]
name = "{}-{tools}"
version = "0.0.0"
edition = "2024"

[dependencies]
tokio = {{ version = "1.54", features = ["rt-multi-thread", "macros"] }}
{dependencies}
[workspace]

[profile.dev]
debug = "line-tables-only"

[profile.edit]
inherits = "dev"

[profile.edit.package."*"]
debug = false
opt-level = 1
{as_from_a_registry}"#,
            kind.folder()
        )
    }
}

fn report(kind: Kind, cost: Cost) {
    println!(
        "  {:<16} {:>6.2} s CPU   {:>6.2} s wall",
        kind.label(),
        cost.cpu.as_secs_f64(),
        cost.wall.as_secs_f64()
    );
}

fn ours(tools: usize, options: &str) -> String {
    let mut source = String::from("use mcp_runtime::prelude::*;\n\n");
    let mut names = Vec::new();
    for index in 0..tools {
        let _ = write!(
            source,
            "/// Tool number {index}.\n#[tool({options})]\nasync fn tool_{index}(\n    /// A number.\n    a: i64,\n    /// A text.\n    b: String,\n) -> String {{\n    format!(\"{{}} {{b}}\", a + 7)\n}}\n\n",
        );
        names.push(format!("tool_{index}"));
    }
    let _ = write!(
        source,
        "const TOOLS: Toolset = tools![{}];\n\n#[tokio::main]\nasync fn main() -> mcp_runtime::Result<()> {{\n    Server::new(\"bench\").mount(TOOLS).run().await\n}}\n",
        names.join(", ")
    );
    source
}

fn rmcp(tools: usize) -> String {
    let mut source = String::from(
        "use rmcp::handler::server::wrapper::Parameters;\nuse rmcp::{ServerHandler, ServiceExt, tool, tool_handler, tool_router};\n\n#[derive(Clone)]\nstruct Tools;\n\n",
    );
    let mut methods = String::new();
    for index in 0..tools {
        let _ = write!(
            source,
            "#[derive(serde::Deserialize, schemars::JsonSchema)]\nstruct Args{index} {{\n    /// A number.\n    a: i64,\n    /// A text.\n    b: String,\n}}\n\n",
        );
        let _ = write!(
            methods,
            "    /// Tool number {index}.\n    #[tool]\n    async fn tool_{index}(&self, Parameters(Args{index} {{ a, b }}): Parameters<Args{index}>) -> String {{\n        format!(\"{{}} {{b}}\", a + 7)\n    }}\n\n",
        );
    }
    let allow_empty = if tools == 0 { "(allow_empty)" } else { "" };
    let _ = write!(
        source,
        "#[tool_router{allow_empty}]\nimpl Tools {{\n{methods}}}\n\n#[tool_handler]\nimpl ServerHandler for Tools {{}}\n\n#[tokio::main]\nasync fn main() {{\n    let service = Tools.serve(rmcp::transport::stdio()).await.unwrap();\n    service.waiting().await.unwrap();\n}}\n"
    );
    source
}

fn touch(folder: &Path) -> Result<()> {
    let source = folder.join("src/main.rs");
    let text = fs::read(&source)?;
    Ok(fs::write(source, text)?)
}

/// Runs cargo with all crates in one target folder, so that dependencies are built once.
fn cargo(folder: &Path, arguments: &[&str], incremental: Incremental) -> Result<Cost> {
    let before = children_cpu()?;
    let started = Instant::now();
    let mut command = Command::new(env!("CARGO"));
    match incremental {
        Incremental::Never => command.env("CARGO_INCREMENTAL", "0"),
        Incremental::Own => command.env_remove("CARGO_INCREMENTAL"),
    };
    let output = command
        .args(arguments)
        .arg("--quiet")
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("../target"))
        .stdin(Stdio::null())
        .output()?;
    let wall = started.elapsed();
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(Cost {
        cpu: children_cpu()?.saturating_sub(before),
        wall,
    })
}

/// User and system time of all children that have ended (`proc_pid_stat(5)`, fields 16 and 17).
fn children_cpu() -> Result<Duration> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat
        .rsplit_once(')')
        .ok_or("no process name in /proc/self/stat")?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let ticks = fields[13].parse::<u32>()? + fields[14].parse::<u32>()?;
    Ok(TICK * ticks)
}
