//! The words of the grammar, each as one number: a parser then finds a clause in one step, without cutting the word out.

/// The number of an empty word: it tells `a` from `\0a`.
pub(crate) const FIRST: u128 = 1;

/// The bytes of a word behind the first number. A word that is longer than all of the grammar's is 0.
pub(crate) const fn name(word: &[u8]) -> u128 {
    let mut name = FIRST;
    let mut i = 0;
    while i < word.len() {
        name = name << 8 | word[i] as u128;
        i += 1;
    }
    if i > LONGEST { 0 } else { name }
}

/// As many bytes as fit behind the leading 1.
pub(crate) const LONGEST: usize = 15;

macro_rules! names {
    ($($NAME:ident = $word:literal)*) => {
        $(pub(crate) const $NAME: u128 = name($word);)*
    };
}

names! {
    // Signs.
    AMPERSAND = b"&"
    BAR = b"|"
    OPENING = b"("
    CLOSING = b")"
    COMMA = b","
    SEMICOLON = b";"
    EQUALS = b"="

    // Units.
    MS = b"ms"
    S = b"s"
    M = b"m"
    MIN = b"min"
    H = b"h"
    D = b"d"
    B = b"B"
    KB = b"KB"
    KIB = b"KiB"
    MB = b"MB"
    MIB = b"MiB"
    TOK = b"tok"

    // Keys.
    CALLER = b"caller"
    TENANT = b"tenant"
    CLIENT = b"client"
    IP = b"ip"
    GLOBAL = b"global"

    // Terms.
    NONE = b"none"
    USER = b"user"
    ROLE = b"role"
    CLAIM = b"claim"
    SCOPE = b"scope"
    AND = b"and"
    OR = b"or"
    NOT = b"not"

    // Clauses and their values.
    ARGS = b"args"
    ATTEMPT = b"attempt"
    BURST = b"burst"
    CALLS = b"calls"
    CLOSED = b"closed"
    COST = b"cost"
    COUNT = b"count"
    ERROR = b"error"
    EXECUTIONS = b"executions"
    EXP = b"exp"
    FAILS = b"fails"
    FULL = b"full"
    IDLE = b"idle"
    IGNORE = b"ignore"
    IN = b"in"
    LEN = b"len"
    LINK = b"link"
    LOCAL = b"local"
    MAX = b"max"
    META = b"meta"
    OF = b"of"
    OFF = b"off"
    ON_ERROR = b"on_error"
    OPEN = b"open"
    OPTIONAL = b"optional"
    PER = b"per"
    PRIVATE = b"private"
    PROBES = b"probes"
    PUBLIC = b"public"
    QUEUE = b"queue"
    REQUIRED = b"required"
    SHARED = b"shared"
    STALE_IF_ERROR = b"stale_if_error"
    SWR = b"swr"
    TAGS = b"tags"
    TRUNCATE = b"truncate"
    VARY = b"vary"
    WAIT = b"wait"
}
