# Sourced by tests/run and .ci/run: what they need, where the machine has none of its own.

# system_packages: what Debian splits from Python and Node, with apt where it may.
system_packages() {
    local missing=()
    python3 -c 'import ensurepip' 2>/dev/null || missing+=(python3-venv)
    command -v npm >/dev/null || missing+=(npm)
    if [ ${#missing[@]} -gt 0 ]; then
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            export DEBIAN_FRONTEND=noninteractive
            apt-get update -qq
            apt-get install -qq --yes --no-install-recommends "${missing[@]}" >/dev/null
        else
            echo "the tests need ${missing[*]}; on Debian: sudo apt-get install ${missing[*]}" >&2
            exit 1
        fi
    fi
}

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
