//! Who may call, what is recorded of it, and what a human is asked.

use super::refused;

#[test]
fn auth() {
    refused! { "auth",
        "role:a«\"»b" => "a role can't contain `\"`; write ASCII letters, digits and signs, without `\"` and `\\`"
        "role:«é»" => "a role can't contain `é`; write ASCII letters, digits and signs, without `\"` and `\\`"
        "scope:«é»" => "a scope can't contain `é`; write ASCII letters, digits and signs, without `\"` and `\\`"
        "«Scope»:x"
            => "not quite a word of the grammar: `Scope`; write `scope:user`, or `scope:Scope:x` if a scope has that name"
        "a & (b | «)»" => "a term is missing before `)`; write what a caller has to have there"
        "«(»a & b" => "never closed: `(`; write `)` where the group ends"
        "a & «(»(b)" => "never closed: `(`; write `)` where the group ends"
        "«CLAIM»:x=y"
            => "not quite a word of the grammar: `CLAIM`; write `claim:org=acme`, or `scope:CLAIM:x=y` if a scope has that name"
        "claim:org=«\"x\"»" => "quotes would belong to the value: `\"x\"`; leave them out"
        "a | «|» b" => "a term is missing before `|`; write what a caller has to have there"
        "«|»" => "a term is missing before `|`; write what a caller has to have there"
        "«(»" => "a term is missing after `(`; write what a caller has to have there"
        "«Not» a" => "a rule says who may, not who may not: `Not`; write what a caller has to have"
        "«AND» b" => "terms are not joined by `AND`; write `&` if both are needed, `|` if one is enough"
        "«claim:é.=x»" => "the name of a claim is missing in `claim:é.=x`; write it, as in `org.id`"
        "«claim:a» b=c" => "what the claim says is missing in `claim:a`; write `claim:org=acme`, without spaces"
        "role:a «role:b»" => "missing `&` or `|` before `role:b`; write `&` if both are needed, `|` if one is enough"
        "none «none»" => "missing `&` or `|` before `none`; write `&` if both are needed, `|` if one is enough"
        "scope:a «b»" => "missing `&` or `|` before `b`; write `&` if both are needed, `|` if one is enough"
        "" => "expected who may call; write a scope such as `files:read`, or `user` or `none`"
        "  " => "expected who may call; write a scope such as `files:read`, or `user` or `none`"
        "a «b»" => "missing `&` or `|` before `b`; write `&` if both are needed, `|` if one is enough"
        "a «&» " => "a term is missing after `&`; write what a caller has to have there"
        "«&» a" => "a term is missing before `&`; write what a caller has to have there"
        "a «&&» b" => "one sign is enough, found `&&`; write `&` or `|`"
        "a «||» b" => "one sign is enough, found `||`; write `&` or `|`"
        "a «and» b" => "terms are not joined by `and`; write `&` if both are needed, `|` if one is enough"
        "a «OR» b" => "terms are not joined by `OR`; write `&` if both are needed, `|` if one is enough"
        "«not» a" => "a rule says who may, not who may not: `not`; write what a caller has to have"
        "«!»a" => "a rule says who may, not who may not: `!`; write what a caller has to have"
        "a«,»b" => "terms are not joined by `,`; write `&` if both are needed, `|` if one is enough"
        "«(»a" => "never closed: `(`; write `)` where the group ends"
        "a«)»" => "never opened: `)`; write `(` where the group begins"
        "(«)»" => "a term is missing before `)`; write what a caller has to have there"
        "((((((((«(»a)))))))))" => "more than eight brackets in one another: `(`; write fewer"
        "«none» | a" => "nobody is asked for anything with `none`; write `none` alone, or leave it out"
        "a & «none»" => "nobody is asked for anything with `none`; write `none` alone, or leave it out"
        "«None»" => "not quite a word of the grammar: `None`; write `none`, or `scope:None` if a scope has that name"
        "«USER»" => "not quite a word of the grammar: `USER`; write `user`, or `scope:USER` if a scope has that name"
        "«rOle»:x"
            => "not quite a word of the grammar: `rOle`; write `role:editor`, or `scope:rOle:x` if a scope has that name"
        "«Role»:x"
            => "not quite a word of the grammar: `Role`; write `role:editor`, or `scope:Role:x` if a scope has that name"
        "«role:»" => "a name is missing in `role:`; write it right after the `:`"
        "«role»"
            => "not quite a word of the grammar: `role`; write `role:editor`, or `scope:role` if a scope has that name"
        "«role:» x" => "a name is missing in `role:`; write it right after the `:`"
        "«claim:»" => "what the claim says is missing in `claim:`; write `claim:org=acme`, without spaces"
        "«claim»"
            => "not quite a word of the grammar: `claim`; write `claim:org=acme`, or `scope:claim` if a scope has that name"
        "«claim:org»" => "what the claim says is missing in `claim:org`; write `claim:org=acme`, without spaces"
        "«claim:org=»" => "what the claim says is missing in `claim:org=`; write `claim:org=acme`, without spaces"
        "«claim:org» = acme" => "what the claim says is missing in `claim:org`; write `claim:org=acme`, without spaces"
        "claim:org«==»acme" => "expected `=`, found `==`; write `claim:org=acme`, without spaces"
        "claim:org=«'a» b'" => "quotes would belong to the value: `'a`; leave them out"
        "«claim:a..b=c»" => "the name of a claim is missing in `claim:a..b=c`; write it, as in `org.id`"
        "«claim.»org=acme" => "expected `claim:`, found `claim.`; write `claim:org=acme`"
        "«scope:»" => "a name is missing in `scope:`; write it right after the `:`"
        "files:«*»"
            => "a scope is compared letter by letter, so there is no wildcard `*`; name each scope, or write `scope:files:*` if one has that name"
        "«é»" => "a scope can't contain `é`; write ASCII letters, digits and signs, without `\"` and `\\`"
        "a«\"»b" => "a scope can't contain `\"`; write ASCII letters, digits and signs, without `\"` and `\\`"
        "a«\\»b" => "a scope can't contain `\\`; write ASCII letters, digits and signs, without `\"` and `\\`"
        "a|b|c|d|e|f|g|h|i|j|k|l|m|n|o|p|«q»"
            => "more than sixteen terms: `q`; give those who may call a role or a scope of their own"
        "a «(»b)" => "missing `&` or `|` before `(`; write `&` if both are needed, `|` if one is enough"
        "(a) «b»" => "missing `&` or `|` before `b`; write `&` if both are needed, `|` if one is enough"
        "a & «|» b" => "a term is missing before `|`; write what a caller has to have there"
        "a &«)» b" => "never opened: `)`; write `(` where the group begins"
    }
}

#[test]
fn when() {
    refused! { "when",
        "claim.a == arg.b «or» claim.c == arg.d"
            => "expected `&` and another rule, found `or`; write `&` between two rules"
        "claim.a in «claim.b»" => "two claims say nothing about the call: `claim.b`; compare with `arg.NAME`"
        "arg.a == «5»" => "expected an argument or a claim, found `5`; write `arg.` or `claim.` before its name"
        "claim.a ==  «=»= arg.b"
            => "expected an argument or a claim, found `=`; write `arg.` or `claim.` before its name"
        "«=»= arg.b" => "expected an argument or a claim, found `=`; write `arg.` or `claim.` before its name"
        "claim.a «>» arg.b"
            => "expected `==` or `in`, found `>`; write `claim.org == arg.org` or `arg.team in claim.teams`"
        "«&»" => "expected an argument or a claim, found `&`; write `arg.` or `claim.` before its name"
        "claim.ä«!» == arg.b"
            => "the name of a claim can't contain `!`; write the name as the token does, with dots between the steps (as in `org.id`)"
        "" => "expected a rule; write `claim.org == arg.org` or `arg.team in claim.teams`"
        "«claim.org»" => "nothing follows `claim.org`; write `claim.org == arg.org` or `arg.team in claim.teams`"
        "«claim.org ==»" => "nothing follows `claim.org ==`; write `claim.org == arg.org` or `arg.team in claim.teams`"
        "claim.org «=» arg.org"
            => "expected `==`, found `=`; write `claim.org == arg.org` or `arg.team in claim.teams`"
        "claim.org «===» arg.org"
            => "expected `==`, found `===`; write `claim.org == arg.org` or `arg.team in claim.teams`"
        "claim.org «!»= arg.org" => "a rule says what has to hold, not what must not: `!`; write `==` or `in`"
        "claim.org «not» in arg.org" => "a rule says what has to hold, not what must not: `not`; write `==` or `in`"
        "claim.org «is» arg.org"
            => "expected `==` or `in`, found `is`; write `claim.org == arg.org` or `arg.team in claim.teams`"
        "«org» == arg.org" => "expected an argument or a claim, found `org`; write `arg.` or `claim.` before its name"
        "arg.a == «arg.b»" => "two arguments say nothing about the caller: `arg.b`; compare with `claim.NAME`"
        "claim.a == «claim.b»" => "two claims say nothing about the call: `claim.b`; compare with `arg.NAME`"
        "claim.a == arg.b «claim.c» == arg.d"
            => "expected `&` and another rule, found `claim.c`; write `&` between two rules"
        "claim.a == arg.b «&&» claim.c == arg.d" => "one sign is enough, found `&&`; write `&`"
        "claim.a == arg.b «|» claim.c == arg.d" => "all rules have to hold, so none can be joined by `|`; write `&`"
        "claim.a == arg.b «&»" => "nothing follows `&`; write `claim.org == arg.org` or `arg.team in claim.teams`"
        "«claim.» == arg.b" => "the name of a claim is missing in `claim.`; write it, as in `org.id`"
        "claim.a==arg.b&claim.a==arg.b&claim.a==arg.b&claim.a==arg.b&«claim.a==arg.b»"
            => "more than four rules: `claim.a==arg.b`; write at most four"
    }
}

#[test]
fn audit() {
    refused! { "audit",
        "off «off»" => "one level is enough, not also `off`; keep one of the two"
        "«required»" => "unknown level `required`; write `off`, `meta`, `args` or `full`"
        "meta«,» required" => "clauses stand side by side, without `,`; leave it out"
        "" => "expected how much to record; write `off`, `meta`, `args` or `full`"
        "«of»" => "unknown level `of`; did you mean `off`?"
        "off «required»" => "what is not recorded can't be `required`; write `meta required`, or `off` alone"
        "args «full»" => "one level is enough, not also `full`; keep one of the two"
        "meta required «required»" => "the same clause twice: `required`; keep one of the two"
        "«argz»" => "unknown level `argz`; did you mean `args`?"
        "«none»" => "unknown level `none`; write `off`, `meta`, `args` or `full`"
    }
}

#[test]
fn confirm() {
    refused! { "confirm",
        "«{»" => "a placeholder without `}`: `{`; write `{{` and `}}` for braces that stay"
        "«}»" => "no placeholder was opened before `}`; write `{{` and `}}` for braces that stay"
        "a {{ b «}»" => "no placeholder was opened before `}`; write `{{` and `}}` for braces that stay"
        "Delete {path«:»?}"
            => "the name of an argument can't contain `:`; write the name as the caller does, with dots between the steps (as in `user.id`)"
        "" => "expected a question; write `Delete {path}?`, or `never`"
        " " => "expected a question; write `Delete {path}?`, or `never`"
        "«Never»" => "not a question: `Never`; write `never` if nobody is to be asked"
        "«none»" => "not a question: `none`; write `never` if nobody is to be asked"
        "Delete «{}»?" => "the name of an argument is missing in `{}`; write it, as in `user.id`"
        "Delete «{path?»" => "a placeholder without `}`: `{path?`; write `{{` and `}}` for braces that stay"
        "Delete path«}»?" => "no placeholder was opened before `}`; write `{{` and `}}` for braces that stay"
        "Delete {a« »b}?"
            => "the name of an argument can't contain ` `; write the name as the caller does, with dots between the steps (as in `user.id`)"
        "Delete «{a..b}»" => "the name of an argument is missing in `{a..b}`; write it, as in `user.id`"
    }
}

#[test]
fn confirm_ttl() {
    refused! { "confirm_ttl",
        "" => "expected a time; write `5m`"
        "«5»" => "missing unit of time after `5`; write `5s`, or another of `ms`, `m`, `h` and `d`"
        "«0m»" => "expected a time above zero, found `0m`; write `5m`"
        "5m «6m»" => "expected the end, found `6m`; write one time, as in `5m`"
    }
}
