//! The command line: what was asked for, or the text that answers it.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, value_parser};

use crate::config::{self, VARIABLES};
use crate::manifest::Class;
use crate::server::Identity;

/// What the program is asked to do.
#[derive(Debug, PartialEq)]
pub(super) enum Command {
    /// Nothing was said: what a client that starts the program expects, whatever else is set.
    Stdio,
    Serve {
        http: Option<String>,
        /// Whether the server issues its own tokens.
        dev_issuer: bool,
    },
    List {
        json: bool,
    },
    Call(Call),
    Manifest,
    Diff(Diff),
    Explain(Explain),
    /// Checks an audit file.
    Verify {
        file: PathBuf,
    },
}

/// One call of a tool.
#[derive(Debug, PartialEq)]
pub(super) struct Call {
    pub(super) tool: String,
    /// A JSON object, or `-` for stdin.
    pub(super) arguments: Option<String>,
    /// A file that describes the caller.
    pub(super) caller: Option<PathBuf>,
    pub(super) json: bool,
}

/// Two manifests to compare.
#[derive(Debug, PartialEq)]
pub(super) struct Diff {
    pub(super) before: PathBuf,
    /// The server's own, where no file is named.
    pub(super) after: Option<PathBuf>,
    pub(super) deny: Vec<String>,
}

/// A call to explain without making it.
#[derive(Debug, PartialEq)]
pub(super) struct Explain {
    pub(super) tool: String,
    pub(super) arguments: Option<String>,
    pub(super) caller: Option<PathBuf>,
}

impl Command {
    /// What is logged where nobody says it. A person who looks or tries reads the answer, not the log.
    pub(super) fn log_level(&self) -> &'static str {
        match self {
            Self::Stdio | Self::Serve { .. } => "info",
            _ => "warn",
        }
    }
}

/// Reads the arguments, the program's own name first.
pub(super) fn read(
    identity: &Identity,
    arguments: impl IntoIterator<Item = OsString>,
) -> Result<Command, clap::Error> {
    let matches = program(identity).try_get_matches_from(arguments)?;
    Ok(match matches.subcommand() {
        Some(("list", list)) => Command::List {
            json: list.get_flag("json"),
        },
        Some(("call", call)) => Command::Call(Call {
            tool: text(call, "tool").unwrap_or_default(),
            arguments: text(call, "arguments"),
            caller: call.get_one::<PathBuf>("as").cloned(),
            json: call.get_flag("json"),
        }),
        Some(("manifest", _)) => Command::Manifest,
        Some(("diff", diff)) => Command::Diff(Diff {
            before: diff
                .get_one::<PathBuf>("before")
                .cloned()
                .unwrap_or_default(),
            after: diff.get_one::<PathBuf>("after").cloned(),
            deny: diff
                .get_many::<String>("deny")
                .map(|names| names.cloned().collect())
                .unwrap_or_default(),
        }),
        Some(("explain", explain)) => Command::Explain(Explain {
            tool: text(explain, "tool").unwrap_or_default(),
            arguments: text(explain, "arguments"),
            caller: explain.get_one::<PathBuf>("as").cloned(),
        }),
        Some(("audit", audit)) => Command::Verify {
            file: audit
                .subcommand()
                .and_then(|(_, verify)| verify.get_one::<PathBuf>("file").cloned())
                .unwrap_or_default(),
        },
        Some((_, serve)) => Command::Serve {
            http: text(serve, "http"),
            dev_issuer: cfg!(feature = "auth") && serve.get_flag("dev-issuer"),
        },
        None => Command::Stdio,
    })
}

fn text(matches: &ArgMatches, name: &str) -> Option<String> {
    matches.get_one::<String>(name).cloned()
}

fn program(identity: &Identity) -> clap::Command {
    let about = match &identity.title {
        Some(title) => format!("{title}, an MCP server"),
        None => "An MCP server".to_owned(),
    };
    clap::Command::new(identity.name.clone())
        .version(identity.version.clone())
        .about(format!(
            "{about}. Without a command it serves stdin and stdout."
        ))
        .after_long_help(environment())
        .disable_help_subcommand(true)
        .subcommand(serve())
        .subcommand(list())
        .subcommand(call())
        .subcommand(manifest())
        .subcommand(diff())
        .subcommand(explain())
        .subcommand(audit())
}

fn serve() -> clap::Command {
    let http = Arg::new("http")
        .long("http")
        .value_name("ADDR")
        .help("Listens for HTTP here instead, such as 127.0.0.1:3000")
        .value_parser(config::address);
    clap::Command::new("serve")
        .about("Serves MCP on stdin and stdout, or over HTTP")
        .arg(http)
        .args(dev_issuer())
}

/// Not there where the program was built without the means.
fn dev_issuer() -> Option<Arg> {
    let flag = Arg::new("dev-issuer")
        .long("dev-issuer")
        .action(ArgAction::SetTrue)
        .help("Gives whoever asks a token with every scope: for development, on 127.0.0.1 alone");
    cfg!(feature = "auth").then_some(flag)
}

fn list() -> clap::Command {
    clap::Command::new("list")
        .about("Lists the tools that the caller on this machine may call")
        .arg(json("Prints them as `tools/list` gives them"))
}

fn call() -> clap::Command {
    let tool = Arg::new("tool")
        .value_name("TOOL")
        .required(true)
        .help("The tool's name");
    let arguments = Arg::new("arguments")
        .value_name("JSON")
        .help("Its arguments, such as '{\"a\": 1}'; - reads them from stdin");
    clap::Command::new("call")
        .about("Calls a tool and prints what it answers")
        .args([tool, arguments, caller()])
        .arg(json("Prints the whole result as `tools/call` gives it"))
}

fn manifest() -> clap::Command {
    clap::Command::new("manifest")
        .about("Prints every tool with its schemas and policies, as JSON that is the same for the same server")
}

fn diff() -> clap::Command {
    let file = |name: &'static str| {
        Arg::new(name)
            .value_name(name.to_uppercase())
            .value_parser(value_parser!(PathBuf))
    };
    let deny = Arg::new("deny")
        .long("deny")
        .value_name("CLASS")
        .value_parser(Class::ALL.map(Class::name))
        .action(ArgAction::Append)
        .help("Ends with 1 where a change is of this class; may be given again");
    clap::Command::new("diff")
        .about("Prints what changed since an older manifest, and which way, as a table for a pull request")
        .arg(file("before").required(true).help("The older manifest"))
        .arg(file("after").help("The newer one; this server's own where none is named"))
        .arg(deny)
}

fn explain() -> clap::Command {
    let tool = Arg::new("tool")
        .value_name("TOOL")
        .required(true)
        .help("The tool's name");
    let arguments = Arg::new("arguments")
        .long("args")
        .value_name("JSON")
        .help("The call's arguments, such as '{\"a\": 1}'");
    clap::Command::new("explain")
        .about("Says what each stage would decide about a call, without making it")
        .args([tool, arguments, caller()])
}

fn caller() -> Arg {
    Arg::new("as")
        .long("as")
        .value_name("FILE")
        .value_parser(value_parser!(PathBuf))
        .help("As the principal that this JSON file describes")
        .long_help(
            "Calls as the principal that this JSON file describes, such as\n{\"subject\": \"ada\", \"scopes\": [\"crm:read\"]}; further members are\nissuer, tenant, client_id, roles and claims",
        )
}

fn audit() -> clap::Command {
    let file = Arg::new("file")
        .value_name("FILE")
        .required(true)
        .value_parser(value_parser!(PathBuf))
        .help("The file");
    let verify = clap::Command::new("verify")
        .about("Checks that an audit file says what was written")
        .arg(file);
    clap::Command::new("audit")
        .about("Looks after audit files")
        .disable_help_subcommand(true)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(verify)
}

fn json(help: &'static str) -> Arg {
    Arg::new("json")
        .long("json")
        .action(ArgAction::SetTrue)
        .help(help)
}

/// What `--help` says of the environment; `-h` leaves it out.
fn environment() -> String {
    let mut text = "Environment:\n".to_owned();
    for variable in VARIABLES {
        // Writing to a string does not fail.
        let _ = write!(
            text,
            "  {}\n          {} [default: {}]\n",
            variable.name,
            variable.meaning.replace('`', ""),
            variable.default.replace('`', "")
        );
    }
    text.push_str(
        "  RUST_LOG\n          what is logged, such as debug or my_crate=trace [default: info]",
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Identity {
        Identity {
            name: "calculator".to_owned(),
            version: "1.2.3".to_owned(),
            title: None,
            website: None,
            icons: Vec::new(),
            instructions: None,
        }
    }

    fn read(arguments: &[&str]) -> Result<Command, String> {
        let arguments = ["program"].iter().chain(arguments).map(OsString::from);
        super::read(&identity(), arguments).map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_is_stdin_and_stdout() {
        assert_eq!(read(&[]), Ok(Command::Stdio));
        assert_eq!(
            read(&["serve"]),
            Ok(Command::Serve {
                http: None,
                dev_issuer: false
            })
        );
    }

    #[test]
    fn each_command_takes_its_arguments() {
        let http = Some("127.0.0.1:3000".to_owned());
        assert_eq!(
            read(&["serve", "--http", "127.0.0.1:3000"]),
            Ok(Command::Serve {
                http,
                dev_issuer: false
            })
        );
        assert_eq!(read(&["list", "--json"]), Ok(Command::List { json: true }));
        assert_eq!(
            read(&["call", "add", "-", "--as", "ada.json", "--json"]),
            Ok(Command::Call(Call {
                tool: "add".to_owned(),
                arguments: Some("-".to_owned()),
                caller: Some("ada.json".into()),
                json: true,
            }))
        );
    }

    #[test]
    fn an_audit_file_is_verified() {
        let verify = Command::Verify {
            file: "audit.ndjson".into(),
        };
        assert_eq!(read(&["audit", "verify", "audit.ndjson"]), Ok(verify));
        assert!(read(&["audit"]).is_err() && read(&["audit", "verify"]).is_err());
    }

    #[test]
    fn what_is_not_understood_is_told() {
        let error = read(&["serve", "--http", "3000"]).unwrap_err();
        assert!(error.contains("'3000' for '--http <ADDR>'"), "{error}");
        assert!(error.contains("such as `127.0.0.1:3000`"), "{error}");
        let error = read(&["lst"]).unwrap_err();
        assert!(
            error.contains("a similar subcommand exists: 'list'"),
            "{error}"
        );
        let error = read(&["call"]).unwrap_err();
        assert!(error.contains("<TOOL>"), "{error}");
    }

    #[test]
    fn help_and_version_name_the_server_and_every_variable() {
        assert_eq!(read(&["--version"]), Err("calculator 1.2.3\n".to_owned()));
        let help = read(&["--help"]).unwrap_err();
        assert!(help.starts_with("An MCP server. Without a command it serves stdin and stdout."));
        assert!(help.contains("Usage: program [COMMAND]"), "{help}");
        for variable in VARIABLES {
            assert!(help.contains(variable.name), "{help}");
        }
    }

    #[test]
    fn the_definition_is_sound() {
        program(&identity()).debug_assert();
    }
}
