//! What to call with instead of what was answered with too much.

/// What to call with instead, in the tool's own words.
pub(super) fn hint(names: &[String]) -> String {
    let known = |words: &[&str]| {
        let plain = |name: &str| name.replace(['_', '-'], "").to_ascii_lowercase();
        names
            .iter()
            .find(|name| words.contains(&plain(name).as_str()))
    };
    let less = known(&LESS).map(|name| format!("a smaller `{name}`"));
    let page = known(&PAGE).map(|name| format!("page by page with `{name}`"));
    let part = known(&PART).map(|name| format!("only what you need in `{name}`"));
    let ways: Vec<String> = [less, page, part].into_iter().flatten().collect();
    match ways.as_slice() {
        [] => "ask for a smaller part; this tool has no argument to page with".to_owned(),
        ways => format!("call it again with {}", ways.join(", ")),
    }
}

/// Arguments that say how much is asked for, without `_` and capitals.
const LESS: [&str; 14] = [
    "limit",
    "pagesize",
    "perpage",
    "maxresults",
    "maxitems",
    "maxrows",
    "count",
    "top",
    "take",
    "first",
    "size",
    "maxlength",
    "maxbytes",
    "maxlines",
];

/// Arguments that say where to begin.
const PAGE: [&str; 13] = [
    "cursor",
    "pagetoken",
    "nexttoken",
    "continuation",
    "after",
    "page",
    "pagenumber",
    "offset",
    "skip",
    "start",
    "startindex",
    "startline",
    "from",
];

/// Arguments that say which part is asked for.
const PART: [&str; 7] = [
    "fields",
    "columns",
    "select",
    "properties",
    "include",
    "path",
    "filter",
];
