use super::*;

fn guard(hosts: &[&str], origins: &[&str]) -> Guard {
    let owned = |list: &[&str]| {
        list.iter()
            .map(|entry| (*entry).to_owned())
            .collect::<Vec<_>>()
    };
    Guard::new(&owned(hosts), &owned(origins)).unwrap()
}

#[test]
fn loopback_is_answered_under_every_name_and_port() {
    let guard = guard(&[], &[]);
    for host in [
        "localhost",
        "LocalHost:8080",
        "127.0.0.1:1",
        "127.8.8.8",
        "[::1]",
        "[::1]:80",
    ] {
        assert!(guard.allows_host(host), "{host}");
    }
}

#[test]
fn other_hosts_are_refused_however_they_are_written() {
    let guard = guard(&["mcp.example.com", "api.example.com:8443"], &[]);
    for host in [
        "mcp.example.com",
        "MCP.example.com:9",
        "api.example.com:8443",
    ] {
        assert!(guard.allows_host(host), "{host}");
    }
    for host in [
        "",
        ":80",
        "evil.com",
        "mcp.example.com.evil.com",
        "evil.com:80",
        "localhost.evil.com",
        "localhost@evil.com",
        "evil.com@localhost",
        "api.example.com",
        "api.example.com:443",
        "mcp.example.com:",
        "mcp.example.com:99999",
        "http://localhost",
        "localhost/x",
        "0.0.0.0",
        "169.254.169.254",
        "[::ffff:10.0.0.1]",
        "::1",
        "localhost localhost",
        "*",
    ] {
        assert!(!guard.allows_host(host), "{host}");
    }
}

#[test]
fn an_origin_is_scheme_host_and_port() {
    let guard = guard(
        &[],
        &["https://app.example.com", "http://old.example.com:8080"],
    );
    for origin in [
        "https://app.example.com",
        "https://app.example.com:443",
        "HTTPS://APP.example.com",
        "http://old.example.com:8080",
        "http://localhost:6274",
        "https://127.0.0.1",
        "http://[::1]:3",
    ] {
        assert!(guard.allows_origin(origin), "{origin}");
    }
    for origin in [
        "",
        "null",
        "app.example.com",
        "http://app.example.com",
        "https://app.example.com:8443",
        "https://app.example.com.evil.com",
        "http://old.example.com",
        "https://evil.com",
        "http://localhost.evil.com",
        "http://localhost@evil.com",
        "://localhost",
        "*",
    ] {
        assert!(!guard.allows_origin(origin), "{origin}");
    }
}

#[test]
fn a_star_allows_everything() {
    let guard = guard(&["*"], &["*"]);
    assert!(guard.allows_host("evil.com") && guard.allows_origin("null"));
}

#[test]
fn an_entry_that_cannot_match_says_what_to_write() {
    let error = Guard::new(&["https://mcp.example.com".to_owned()], &[]).unwrap_err();
    assert!(
        error.contains("allowed_hosts([\"mcp.example.com\"])"),
        "{error}"
    );
    let error = Guard::new(&[], &["app.example.com".to_owned()]).unwrap_err();
    assert!(
        error.contains("allowed_origins([\"https://app.example.com\"])"),
        "{error}"
    );
}
