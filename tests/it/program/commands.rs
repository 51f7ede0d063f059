//! The command line: `list`, `call`, `--help`, and what the environment changes.

use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::child::{PROGRAM, Program, program, soon};

/// What a command printed, and what it ended with.
pub(super) struct Printed {
    pub(super) out: String,
    pub(super) err: String,
    pub(super) code: Option<i32>,
}

pub(super) async fn run(command: &mut Command) -> Printed {
    with_stdin(command, "").await
}

async fn with_stdin(command: &mut Command, input: &str) -> Printed {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    // A command that reads nothing may be gone already.
    let _ = stdin.write_all(input.as_bytes()).await;
    drop(stdin);
    let output = soon("the command to end", child.wait_with_output()).await;
    let output = output.expect("the command ran");
    let hooks = |line: &&str| !line.starts_with("hook:");
    let err = String::from_utf8(output.stderr).unwrap();
    Printed {
        out: String::from_utf8(output.stdout).unwrap(),
        err: err
            .lines()
            .filter(hooks)
            .map(|line| line.to_owned() + "\n")
            .collect(),
        code: output.status.code(),
    }
}

#[tokio::test]
async fn list_is_a_table_of_what_the_caller_may_call() {
    let printed = run(program().arg("list")).await;
    assert_eq!(
        printed.out,
        "\
NAME   DESCRIPTION                                                   ANNOTATIONS  POLICIES
add    Add two numbers.                                              read_only
echo   Say something back.                                           read_only    rate = \"1000/s per global\", timeout = \"20s\", max_in = \"16MiB\", max_out = \"16MiB\"
wait   Say hello to a test on its port, and then wait for it to cl…
block  Say hello to a test on its port, and then keep the thread u…
later  Answer, later where the client can poll for the answer.       read_only    task = \"optional\", ttl = \"10m\"
"
    );
    assert_eq!(
        printed.err,
        "note: some tools need a caller, and none is set with MCP_PRINCIPAL_SUBJECT or `.local_principal(..)`; not listed: `refund` needs `crm:write`\n"
    );
    assert_eq!(printed.code, Some(0));

    let mut command = program();
    command
        .env("MCP_PRINCIPAL_SUBJECT", "ada")
        .env("MCP_PRINCIPAL_SCOPES", "crm:write");
    let printed = run(command.arg("list")).await;
    assert!(
        printed.out.ends_with("\nrefund  Give money back.                                              destructive  auth = \"crm:write\", confirm = \"never\"\n"),
        "{}",
        printed.out
    );
    assert_eq!(printed.err, "");
}

#[tokio::test]
async fn list_as_json_is_what_clients_are_told() {
    let printed = run(program().args(["list", "--json"])).await;
    let listed: Value = serde_json::from_str(&printed.out).unwrap();
    let mut program = Program::initialized(&mut program()).await;
    program.request(1, "tools/list", json!({})).await;
    assert_eq!(listed["tools"], program.answer().await["result"]["tools"]);
}

#[tokio::test]
async fn call_prints_the_answer() {
    let printed = run(program().args(["call", "add", r#"{"a": 1, "b": 2}"#])).await;
    assert_eq!((printed.out.as_str(), printed.err.as_str()), ("3\n", ""));
    assert_eq!(printed.code, Some(0));

    let printed = with_stdin(program().args(["call", "add", "-"]), r#"{"a": 1, "b": 2}"#).await;
    assert_eq!(printed.out, "3\n");

    let arguments = ["call", "add", r#"{"a": 1, "b": 2}"#, "--json"];
    let printed = run(program().args(arguments)).await;
    let result: Value = serde_json::from_str(&printed.out).unwrap();
    assert_eq!(result["content"], json!([{"type": "text", "text": "3"}]));
}

#[tokio::test]
async fn a_call_that_fails_ends_with_1_and_says_why_on_stderr() {
    let largest = format!(r#"{{"a": {}, "b": 1}}"#, i64::MAX);
    let printed = run(program().args(["call", "add", &largest])).await;
    assert_eq!(printed.out, "");
    assert_eq!(printed.err, "the sum has more than 64 bits\n");
    assert_eq!(printed.code, Some(1));

    let printed = run(program().args(["call", "add", &largest, "--json"])).await;
    let result: Value = serde_json::from_str(&printed.out).unwrap();
    assert_eq!(result["isError"], true);
    assert_eq!(printed.code, Some(1));
}

#[tokio::test]
async fn what_cannot_be_called_is_told_with_what_can() {
    for (arguments, expected) in [
        (
            ["call", "ad", "{}"],
            "Error: there is no tool `ad`\n  help: did you mean `add`?\n",
        ),
        (
            ["call", "nothing-alike", "{}"],
            "Error: there is no tool `nothing-alike`\n  help: there are `add`, `echo`, `wait`, `block`, `later`\n",
        ),
        // One that the caller may not see does not exist.
        (
            ["call", "refund", "{}"],
            "Error: there is no tool `refund`\n  help: there are `add`, `echo`, `wait`, `block`, `later`\n",
        ),
        (
            ["call", "add", "{a: 1}"],
            "Error: the arguments are not JSON: key must be a string at line 1 column 2\n  {a: 1}\n   ^\n  help: write '{\"name\": value}', with single quotes around it for the shell\n",
        ),
    ] {
        let printed = run(program().args(arguments)).await;
        assert_eq!(printed.err, expected);
        assert_eq!((printed.out.as_str(), printed.code), ("", Some(1)));
    }
}

#[tokio::test]
async fn call_as_somebody_else() {
    let file = std::env::temp_dir().join(format!("mcp-{}-ada.json", std::process::id()));
    let path = file.to_str().unwrap();
    std::fs::write(&file, r#"{"subject": "ada", "scopes": ["crm:write"]}"#).unwrap();
    let printed = run(program().args(["call", "refund", "--as", path])).await;
    assert_eq!(
        (printed.out.as_str(), printed.code),
        ("refunded\n", Some(0))
    );

    std::fs::write(&file, r#"{"subject": "ada", "scope": "crm:write"}"#).unwrap();
    let printed = run(program().args(["call", "refund", "--as", path])).await;
    assert!(
        printed.err.starts_with(&format!(
            "Error: `{path}` describes no principal: unknown field `scope`"
        )),
        "{}",
        printed.err
    );
    std::fs::remove_file(&file).unwrap();
    let printed = run(program().args(["call", "refund", "--as", path])).await;
    assert!(
        printed
            .err
            .starts_with(&format!("Error: cannot read `{path}`: ")),
        "{}",
        printed.err
    );
}

#[tokio::test]
async fn help_and_version() {
    let printed = run(program().arg("--version")).await;
    assert_eq!(
        (printed.out.as_str(), printed.code),
        ("program 1.2.3\n", Some(0))
    );
    let printed = run(program().arg("--help")).await;
    for word in ["serve", "list", "call", "MCP_PRINCIPAL_SCOPES", "RUST_LOG"] {
        assert!(printed.out.contains(word), "{}", printed.out);
    }
    assert_eq!((printed.err.as_str(), printed.code), ("", Some(0)));
    let printed = run(program().arg("lst")).await;
    assert!(
        printed.err.contains("a similar subcommand exists: 'list'"),
        "{}",
        printed.err
    );
    assert_eq!(printed.code, Some(2));
}

#[tokio::test]
async fn a_reader_that_has_seen_enough_is_no_error() {
    let mut child = program()
        .args(["list", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = soon("the command to end", child.wait_with_output())
        .await
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
}

#[tokio::test]
async fn a_bad_setting_keeps_the_server_from_starting_and_is_not_repeated() {
    let mut command = program();
    command
        .env("MCP_DRAIN_TIMEOUT", "hunter2")
        .env("MCP_STATE_KEY", "hunter2");
    let printed = run(&mut command).await;
    assert_eq!(printed.code, Some(1));
    assert!(
        printed
            .err
            .contains("MCP_DRAIN_TIMEOUT cannot be used; it takes a time, such as `10s`"),
        "{}",
        printed.err
    );
    assert!(
        printed.err.contains("MCP_STATE_KEY cannot be used"),
        "{}",
        printed.err
    );
    assert!(!printed.err.contains("hunter2"), "{}", printed.err);
}

#[tokio::test]
async fn a_flag_goes_over_a_variable_and_neither_over_no_command() {
    // An address of nobody's (RFC 5737), and one that this server refuses: some of its tools are undecided.
    let elsewhere = ("MCP_HTTP_ADDR", "192.0.2.1:1");
    let mut command = program();
    command
        .env(elsewhere.0, elsewhere.1)
        .args(["serve", "--http", "127.0.0.1:0"]);
    Program::start(&mut command)
        .says("listening on http://127.0.0.1:")
        .await;

    let mut command = program();
    command.env("MCP_HTTP_ADDR", "127.0.0.1:0").arg("serve");
    Program::start(&mut command)
        .says("listening on http://127.0.0.1:")
        .await;

    let printed = run(program().env(elsewhere.0, elsewhere.1).arg("serve")).await;
    assert_eq!(printed.code, Some(1));
    assert!(printed.err.contains("192.0.2.1:1"), "{}", printed.err);

    // A client that starts the program expects it on stdin and stdout, whatever else is set.
    let mut command = program();
    Program::initialized(command.env(elsewhere.0, elsewhere.1)).await;
}

#[tokio::test]
async fn a_misspelt_setting_is_warned_of() {
    let mut command = program();
    command.env("MCP_PRINCIPAL_SCOPE", "hunter2");
    let printed = run(command.arg("list")).await;
    assert!(
        printed
            .err
            .contains("nothing reads MCP_PRINCIPAL_SCOPE; did you mean MCP_PRINCIPAL_SCOPES?"),
        "{}",
        printed.err
    );
    assert!(!printed.err.contains("hunter2"), "{}", printed.err);
}

#[tokio::test]
async fn start_up_says_which_tools_are_withheld_and_why() {
    let mut command = program();
    let mut program = Program::start(command.env("MCP_PRINCIPAL_SUBJECT", "ada"));
    program
        .says("`ada` may not call every tool; not listed: `refund` needs `crm:write`")
        .await;
}

#[tokio::test]
async fn what_is_withheld_is_said_whatever_the_log_leaves_out() {
    for arguments in [&["serve"][..], &["serve", "--http", "127.0.0.1:0"]] {
        let mut command = program();
        command.env("RUST_LOG", "error").args(arguments);
        let mut program = Program::start(command.env("MCP_PRINCIPAL_SUBJECT", "ada"));
        let line = "`ada` may not call every tool; not listed: `refund` needs `crm:write`";
        program.says(line).await;
    }
}

/// A terminal for stdin, as a person has one. `script` is in every Debian.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_person_at_a_terminal_is_told_what_to_do_whatever_the_log_leaves_out() {
    let hint =
        "program waits for an MCP client on stdin; a person may want `--help`, `list` or `call`";
    let mut terminal = Command::new("script");
    terminal
        .env("RUST_LOG", "off")
        .args(["--quiet", "--return"]);
    let printed = run(terminal.args(["--command", PROGRAM, "/dev/null"])).await;
    assert!(printed.out.contains(hint), "{}", printed.out);
    // A client, which has no terminal, is told nothing.
    let mut command = program();
    command.env("RUST_LOG", "off");
    let printed = run(command.env("MCP_PRINCIPAL_SCOPES", "crm:write")).await;
    assert_eq!((printed.err.as_str(), printed.code), ("", Some(0)));
}
