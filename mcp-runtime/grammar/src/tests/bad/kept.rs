//! What is kept, how large it is, and until when.

use super::refused;

#[test]
fn cache() {
    refused! { "cache",
        "60s vary(«)»" => "something is missing before `)`; write `vary(claim.locale)`"
        "60s vary(«claim.»)" => "the name of a claim is missing in `claim.`; write it, as in `org.id`"
        "60s vary(«a.b»)" => "expected an argument or a claim, found `a.b`; write `vary(claim.locale)`"
        "60s vary(arg.a,arg.b,arg.c,arg.d,«arg.e»)" => "more than four things to vary by: `arg.e`; write at most four"
        "60s ignore(arg.a, arg.b, arg.c, arg.d, «arg.e»)"
            => "more than four arguments to ignore: `arg.e`; write at most four"
        "60s max «99999999999»" => "number too large: `99999999999`; write at most `4294967295`"
        "60s «tags»(user:{id}" => "missing `)` after `tags`; close the bracket"
        "60s tags(a) «tags»(b)" => "the same clause twice: `tags`; keep one of the two"
        "60s «tags»(" => "nothing follows `tags`; write `tags(user:{id})`"
        "60s swr «1.5m»" => "not a whole number: `1.5m`; write digits alone, as in `1500ms` or `1000`"
        "60s swr «10 m»" => "a unit stands right behind its number, not `10 m`; write `min` (as in `10min`)"
        "60s swr «10» max 5" => "missing unit of time after `10`; write `10s`, or another of `ms`, `m`, `h` and `d`"
        "60s «(»a)"
            => "unknown word `(`; write `private`, `public`, `swr`, `stale_if_error`, `tags`, `vary`, `ignore` or `max`"
        "60s ignore(«a»)" => "expected an argument, found `a`; write `ignore(arg.trace)`"
        "1000«w»" => "unknown unit of time `w`; write days (as in `7d`)"
        "" => "expected a time to keep answers; write `60s`"
        "«x»" => "expected a number, found `x`; write a time such as `60s` first"
        "«60»" => "missing unit of time after `60`; write `60s`, or another of `ms`, `m`, `h` and `d`"
        "«60 s»" => "a unit stands right behind its number, not `60 s`; write `s` (as in `60s`)"
        "«0s»" => "expected a time above zero, found `0s`; write a time such as `60s` first"
        "60s private «public»" => "one scope is enough, not also `public`; keep one of the two"
        "60s private «private»" => "one scope is enough, not also `private`; keep one of the two"
        "60s «swr»" => "nothing follows `swr`; write `swr 10m`"
        "60s swr «0s»" => "expected a time above zero, found `0s`; write `swr 10m`"
        "60s swr «x»" => "expected a number, found `x`; write `swr 10m`"
        "60s swr «10»" => "missing unit of time after `10`; write `10s`, or another of `ms`, `m`, `h` and `d`"
        "60s «stale» 5m"
            => "unknown word `stale`; write `private`, `public`, `swr`, `stale_if_error`, `tags`, `vary`, `ignore` or `max`"
        "60s «stale_if_err» 5m" => "unknown word `stale_if_err`; did you mean `stale_if_error`?"
        "60s «tags»" => "missing `(` after `tags`; write `tags(user:{id})`"
        "60s tags(«)»" => "something is missing before `)`; write `tags(user:{id})`"
        "60s «tags»(a" => "missing `)` after `tags`; close the bracket"
        "60s tags(a «b»)" => "expected `,` or `)`, found `b`; write `,` between two and `)` after the last"
        "60s tags(a,«,»b)" => "something is missing before `,`; write `tags(user:{id})`"
        "60s tags(a,«)»" => "something is missing before `)`; write `tags(user:{id})`"
        "60s tags(a,«a»)" => "the same tag twice: `a`; keep one of the two"
        "60s tags(a,b,c,d,«e»)" => "more than four tags: `e`; write fewer, broader tags"
        "60s tags(user:«{id»)" => "a placeholder without `}`: `{id`; write `{{` and `}}` for braces that stay"
        "60s tags(«{}»)" => "the name of an argument is missing in `{}`; write it, as in `user.id`"
        "60s tags(a«}»b)" => "no placeholder was opened before `}`; write `{{` and `}}` for braces that stay"
        "60s tags(«{a» b})" => "a placeholder without `}`: `{a`; write `{{` and `}}` for braces that stay"
        "60s vary(«x»)" => "expected an argument or a claim, found `x`; write `vary(claim.locale)`"
        "60s ignore(«claim.a»)" => "expected an argument, found `claim.a`; write `ignore(arg.trace)`"
        "60s «max»" => "nothing follows `max`; write `max 1000`"
        "60s max «0»" => "expected a number above zero, found `0`; write `max 1000`"
        "60s max «1k»" => "expected a number, found `1k`; write `max 1000`"
        "60s«,» private" => "clauses stand side by side, without `,`; leave it out"
        "«private»" => "expected a number, found `private`; write a time such as `60s` first"
        "60s «for» ever"
            => "unknown word `for`; write `private`, `public`, `swr`, `stale_if_error`, `tags`, `vary`, `ignore` or `max`"
    }
}

#[test]
fn invalidates() {
    refused! { "invalidates",
        "" => "expected tags; write `tags(user:{id})`"
        "«user»" => "expected tags, found `user`; write `tags(user:{id})`"
        "tags(a) «tags»(b)" => "expected the end, found `tags`; write all tags in one pair of brackets"
        "«tags»" => "missing `(` after `tags`; write `tags(user:{id})`"
        "«tag»(a)" => "expected tags, found `tag`; write `tags(user:{id})`"
    }
}

#[test]
fn idempotency() {
    refused! { "idempotency",
        "«0s»" => "expected a time above zero, found `0s`; write a time such as `24h` first"
        "24h «24h»" => "unknown word `24h`; write `required`"
        "«1 day»" => "a unit stands right behind its number, not `1 day`; write `d` (as in `1d`)"
        "«24 hours» required" => "a unit stands right behind its number, not `24 hours`; write `h` (as in `24h`)"
        "" => "expected a time to keep results; write `24h`, or `24h required`"
        "24h «requierd»" => "unknown word `requierd`; did you mean `required`?"
        "«required»" => "expected a number, found `required`; write a time such as `24h` first"
        "«24»" => "missing unit of time after `24`; write `24s`, or another of `ms`, `m`, `h` and `d`"
        "24h required «required»" => "the same clause twice: `required`; keep one of the two"
    }
}

#[test]
fn task() {
    refused! { "task",
        "" => "expected whether clients must poll; write `optional`, or `required` for a tool that is never waited for"
        "«requird»" => "expected whether clients must poll, found `requird`; did you mean `required`?"
        "«yes»" => "expected whether clients must poll, found `yes`; write `optional` or `required`"
        "«off»" => "not a task: `off`; leave `task` out of a tool that runs as none"
        "optional «required»" => "expected the end, found `required`; keep one word"
        "optional «ttl» 10m" => "how long a task is kept is an option of its own, not `ttl`; write `task = \"optional\", ttl = \"10m\"`"
    }
}

#[test]
fn ttl() {
    refused! { "ttl",
        "" => "expected a time; write `10m`"
        "«10»" => "missing unit of time after `10`; write `10s`, or another of `ms`, `m`, `h` and `d`"
        "«0m»" => "expected a time above zero, found `0m`; write `10m`"
        "10m «6m»" => "expected the end, found `6m`; write one time, as in `10m`"
    }
}

#[test]
fn size() {
    refused! { "max_in",
        "«18446744073709551616»B" => "number too large: `18446744073709551616`; write a smaller one"
        "«18446744073709551615»B" => "number too large: `18446744073709551615`; write a smaller one"
        "256KB truncate «truncate»" => "one action is enough, not also `truncate`; keep one of the two"
        "«256 KB»" => "a unit stands right behind its number, not `256 KB`; write `KB` (as in `256KB`)"
        "256«KBx»" => "unknown unit of size `KBx`; write `B`, `KB`, `KiB`, `MB`, `MiB` or `tok`"
        "«KB»" => "expected a number, found `KB`; write a size such as `256KB`"
        "" => "expected a size; write `256KB`, or `25000tok`"
        "«256»" => "missing unit of size after `256`; write `256KB`, or another of `B`, `KiB`, `MB`, `MiB` and `tok`"
        "256«kb»" => "unknown unit of size `kb`; write `KB` (as in `256KB`)"
        "«25000 tok»" => "a unit stands right behind its number, not `25000 tok`; write `tok` (as in `25000tok`)"
        "25000«tokens»" => "unknown unit of size `tokens`; write `tok` (as in `25000tok`)"
        "«0KB»" => "expected a size above zero, found `0KB`; write a size such as `256KB`"
        "1«GB»" => "unknown unit of size `GB`; write it in `MB` or `MiB`"
        "256KB error «link»" => "one action is enough, not also `link`; keep one of the two"
        "256KB «cut»" => "unknown word `cut`; write `error`, `truncate` or `link`"
        "«999999999999MB»" => "larger than a tebibyte: `999999999999MB`; write a smaller size"
        "«1.5MB»" => "not a whole number: `1.5MB`; write digits alone, as in `1500ms` or `1000`"
        "256«K»" => "unknown unit of size `K`; write `KB` (as in `256KB`)"
        "«x»" => "expected a number, found `x`; write a size such as `256KB`"
    }
}

#[test]
fn deprecated() {
    refused! { "deprecated",
        "use «ü»"
            => "a tool's name can't contain `ü`; write `use search_v2`, or a reason that does not begin with `use`"
        "sunset 2027-04-«31»" => "that month has no day `31`; write a day that exists"
        "sunset 2027-«00»-10" => "no month has the number `00`; write it as `2027-01-31`"
        "sunset 2100-02-«29»" => "that month has no day `29`; write a day that exists"
        "use «aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa»"
            => "a tool's name has at most 128 characters: `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…`; write the name of a tool"
        "sunset «2027-01-31 use b»" => "not a date: `2027-01-31 use b`; write it as `2027-01-31`"
        "use a« »sunset 2027-01-31"
            => "a tool's name can't contain ` `; write `use search_v2`, or a reason that does not begin with `use`"
        "sunset 2027-01-31; «sunset» 2027-01-31" => "the same clause twice: `sunset`; keep one of the two"
        "sunset «20x7-01-31»" => "not a date: `20x7-01-31`; write it as `2027-01-31`"
        "" => "expected what to use instead; write `use search_v2`, or a reason"
        " " => "expected what to use instead; write `use search_v2`, or a reason"
        "«use»" => "nothing follows `use`; write `use search_v2`"
        "use the« »other"
            => "a tool's name can't contain ` `; write `use search_v2`, or a reason that does not begin with `use`"
        "«sunset»" => "nothing follows `sunset`; write `sunset 2027-01-31`"
        "sunset 2027-02-«29»" => "that month has no day `29`; write a day that exists"
        "sunset 2027-«13»-01" => "no month has the number `13`; write it as `2027-01-31`"
        "sunset «27-1-1»" => "not a date: `27-1-1`; write it as `2027-01-31`"
        "sunset «1999»-01-01" => "expected a year from 2000 on, found `1999`; write it as `2027-01-31`"
        "use a; «gone»" => "what to use instead stands before `gone`; write either `use NAME` or a reason"
        "gone; «use a»" => "a reason stands before `use a`; write either `use NAME` or a reason"
        "a; «b»" => "a second reason: `b`; write one text without `;`"
        "use a«;»" => "nothing stands on one side of `;`; leave it out"
        "«;» use a" => "nothing stands on one side of `;`; leave it out"
        "use a;«;» sunset 2027-01-01" => "nothing stands on one side of `;`; leave it out"
        "use a; «use» b" => "the same clause twice: `use`; keep one of the two"
        "sunset «tomorrow»" => "not a date: `tomorrow`; write it as `2027-01-31`"
        "sunset «2027/01/31»" => "not a date: `2027/01/31`; write it as `2027-01-31`"
    }
}
