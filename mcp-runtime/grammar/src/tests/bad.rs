//! Texts that are not read: where the fault is, between `«` and `»`, and what is said of it.

use super::read;

/// The text without its marks, and the place that they mark.
fn marked(text: &str) -> (String, usize, usize) {
    let at = text.find('«').unwrap_or(0);
    let end = text.find('»').map_or(at, |end| end - '«'.len_utf8());
    (text.replace(['«', '»'], ""), at, end - at)
}

fn refused(option: &str, cases: &[(&str, &str)]) {
    for (text, message) in cases {
        let (text, at, len) = marked(text);
        let error = match read(option, &text) {
            Ok(canonical) => panic!("{option} = {text:?} is read as {canonical:?}"),
            Err(error) => error,
        };
        assert_eq!(error.to_string(), *message, "{option} = {text:?}");
        assert_eq!(
            (error.at, error.len),
            (at, len),
            "{option} = {text:?}: {message}"
        );
    }
}

#[test]
fn rate() {
    refused(
        "rate",
        &[
            (
                "10/s burst «99999999999»",
                "number too large: `99999999999`; write at most `4294967295`",
            ),
            (
                "10/s per tenant + «global»",
                "`global` counts all calls together and joins no other key; found `global`; write `per global` alone, or leave `global` out",
            ),
            (
                "«10/»$",
                "missing unit of time after `10/`; write `10/s`, or another of `ms`, `min`, `h` and `d`",
            ),
            ("10/s per ip«+»", "nothing follows `+`; write `per caller`"),
            (
                "10/s cost «arg.»",
                "the name of an argument is missing in `arg.`; write it, as in `user.id`",
            ),
            (
                "10/s cost «claim.x»",
                "expected a cost, found `claim.x`; write `cost 5`, `cost arg.n` or `cost len(arg.items)`",
            ),
            (
                "10/s cost len(arg.a«,» arg.b)",
                "expected `)`, found `,`; close the bracket",
            ),
            (
                "10/s cost 2 «cost» 3",
                "the same clause twice: `cost`; keep one of the two",
            ),
            (
                "10/s on_error open «on_error» open",
                "the same clause twice: `on_error`; keep one of the two",
            ),
            (
                "10/s count calls «count» calls",
                "the same clause twice: `count`; keep one of the two",
            ),
            (
                "10/s shared a «shared» b",
                "the same clause twice: `shared`; keep one of the two",
            ),
            (
                "10/«1.5s»",
                "not a whole number: `1.5s`; write digits alone, as in `1500ms` or `1000`",
            ),
            (
                "10/s per «(»caller)",
                "unknown key `(`; write `caller`, `tenant`, `client`, `ip`, `global`, `arg.NAME` or `claim.NAME`",
            ),
            (
                "10 «per sec» per caller",
                "expected `/` and a unit of time, found `per sec`; write `10/s`",
            ),
            (
                "«1000000000000000000»/s",
                "number too large: `1000000000000000000`; write a smaller one",
            ),
            (
                "10/s burst «1.5»",
                "not a whole number: `1.5`; write digits alone, as in `1500ms` or `1000`",
            ),
            ("", "expected a rate; write `10/s`"),
            ("  ", "expected a rate; write `10/s`"),
            ("«10»", "missing unit of time after `10`; write `10/s`"),
            (
                "«ten/s»",
                "expected a number, found `ten/s`; write a rate such as `10/s`",
            ),
            (
                "10/«sec»",
                "unknown unit of time `sec`; write `s` (as in `10/s`)",
            ),
            (
                "25/«seconds»",
                "unknown unit of time `seconds`; write `s` (as in `25/s`)",
            ),
            (
                "10/5«sec»",
                "unknown unit of time `sec`; write `s` (as in `10/5s`)",
            ),
            (
                "10/«S»",
                "unknown unit of time `S`; write `s` (as in `10/s`)",
            ),
            (
                "10/«M»",
                "unknown unit of time `M`; write `min` (as in `10/min`)",
            ),
            (
                "10/«minutes»",
                "unknown unit of time `minutes`; write `min` (as in `10/min`)",
            ),
            (
                "10/«parsec»",
                "unknown unit of time `parsec`; write `ms`, `s`, `m`, `h` or `d`",
            ),
            (
                "10/«us»",
                "unknown unit of time `us`; write `ms`, the finest there is",
            ),
            (
                "10/«weeks»",
                "unknown unit of time `weeks`; write days (as in `7d`)",
            ),
            (
                "10/1«m30s»",
                "unknown unit of time `m30s`; write one number and one unit (as in `90s`)",
            ),
            (
                "10 «per second»",
                "expected `/` and a unit of time, found `per second`; write `10/s`",
            ),
            (
                "10 «per minute»",
                "expected `/` and a unit of time, found `per minute`; write `10/min`",
            ),
            (
                "10 «a day»",
                "expected `/` and a unit of time, found `a day`; write `10/d`",
            ),
            (
                "10 «s»",
                "expected `/` and a unit of time, found `s`; write `10/s`",
            ),
            (
                "10«s»",
                "expected `/` and a unit of time, found `s`; write `10/s`",
            ),
            (
                "10«rps»",
                "expected `/` and a unit of time, found `rps`; write `10/s`",
            ),
            (
                "«10» per caller",
                "missing unit of time after `10`; write `10/s`",
            ),
            (
                "«10/»",
                "missing unit of time after `10/`; write `10/s`, or another of `ms`, `min`, `h` and `d`",
            ),
            (
                "«10/5»",
                "missing unit of time after `10/5`; write `10/5s`, or another of `ms`, `min`, `h` and `d`",
            ),
            (
                "10/«0s»",
                "expected a time above zero, found `0s`; write `10/s`",
            ),
            (
                "«0»/s",
                "a rate of zero lets nothing through; write at least `1/d`, or leave the tool out",
            ),
            (
                "«-1/s»",
                "expected a number, found `-1/s`; write a rate such as `10/s`",
            ),
            (
                "«1.5»/s",
                "not a whole number: `1.5`; write digits alone, as in `1500ms` or `1000`",
            ),
            (
                "«1,000»/s",
                "not a whole number: `1,000`; write digits alone, as in `1500ms` or `1000`",
            ),
            (
                "«1_000»/s",
                "not a whole number: `1_000`; write digits alone, as in `1500ms` or `1000`",
            ),
            (
                "«5000000000»/s",
                "number too large: `5000000000`; write at most `4294967295`",
            ),
            (
                "«99999999999999999999»/s",
                "number too large: `99999999999999999999`; write a smaller one",
            ),
            (
                "10/«99999d»",
                "longer than ten years: `99999d`; write at most `3650d`",
            ),
            ("10/s «burst»", "nothing follows `burst`; write `burst 20`"),
            (
                "10/s burst «0»",
                "expected a number above zero, found `0`; write `burst 20`",
            ),
            (
                "10/s burst «x»",
                "expected a number, found `x`; write `burst 20`",
            ),
            (
                "10/s «brust» 20",
                "unknown word `brust`; did you mean `burst`?",
            ),
            (
                "10/s burst 2 «burst» 3",
                "the same clause twice: `burst`; keep one of the two",
            ),
            (
                "10/s burst«=»2",
                "expected a number, found `=`; write `burst 20`",
            ),
            (
                "10/s burst «20per»",
                "expected a number, found `20per`; write `burst 20`",
            ),
            ("10/s «per»", "nothing follows `per`; write `per caller`"),
            (
                "10/s per caller «per» tenant",
                "keys are joined by `+`, not by another `per`; write `per caller + tenant`",
            ),
            (
                "10/s per caller «global»",
                "keys are joined by `+`, not by another `global`; write `per caller + tenant`",
            ),
            (
                "10/s per «user»",
                "unknown key `user`; write `caller` for the one who calls",
            ),
            (
                "10/s per «calller»",
                "unknown key `calller`; did you mean `caller`?",
            ),
            (
                "10/s per caller«+»",
                "nothing follows `+`; write `per caller`",
            ),
            (
                "10/s per caller+«caller»",
                "the same key twice: `caller`; keep one of the two",
            ),
            (
                "10/s per global+«ip»",
                "`global` counts all calls together and joins no other key; found `ip`; write `per global` alone, or leave `global` out",
            ),
            (
                "10/s per caller«,» tenant",
                "one text is one bucket, and keys are joined by `+`, not `,`; write `per caller + tenant`, or a list such as `[\"5/s\", \"1000/d\"]`",
            ),
            (
                "10/s per «arg.»",
                "the name of an argument is missing in `arg.`; write it, as in `user.id`",
            ),
            (
                "10/s per «arg.a..b»",
                "the name of an argument is missing in `arg.a..b`; write it, as in `user.id`",
            ),
            (
                "10/s per caller+tenant+ip+«client»",
                "more than three keys: `client`; write at most three",
            ),
            (
                "10/s «cost»",
                "nothing follows `cost`; write `cost 5`, `cost arg.n` or `cost len(arg.items)`",
            ),
            (
                "10/s cost «0»",
                "expected a number above zero, found `0`; write `cost 5`, `cost arg.n` or `cost len(arg.items)`",
            ),
            (
                "10/s cost «11»",
                "no call ever passes: the bucket holds less than the cost `11`; raise `burst` or lower `cost`",
            ),
            (
                "10/s cost «len»(arg.items",
                "missing `)` after `len`; close the bracket",
            ),
            (
                "10/s cost len(«items»)",
                "expected an argument, found `items`; write `cost 5`, `cost arg.n` or `cost len(arg.items)`",
            ),
            (
                "10/s cost «len» arg.x",
                "missing `(` after `len`; write `cost 5`, `cost arg.n` or `cost len(arg.items)`",
            ),
            (
                "10/s cost len(«)»",
                "something is missing before `)`; write `cost 5`, `cost arg.n` or `cost len(arg.items)`",
            ),
            (
                "10/s cost «foo»",
                "expected a cost, found `foo`; write `cost 5`, `cost arg.n` or `cost len(arg.items)`",
            ),
            (
                "10/s «count»",
                "nothing follows `count`; write `count executions` or `count calls`",
            ),
            (
                "10/s count «hits»",
                "expected what to count, found `hits`; write `executions` or `calls`",
            ),
            (
                "10/s count «call»",
                "expected what to count, found `call`; did you mean `calls`?",
            ),
            (
                "10/s «shared»",
                "nothing follows `shared`; write `shared search`",
            ),
            (
                "10/s shared a«!»b",
                "a name can't contain `!`; write `shared search`",
            ),
            (
                "10/s «on_error»",
                "nothing follows `on_error`; write `on_error local`, `on_error open` or `on_error closed`",
            ),
            (
                "10/s on_error «fail»",
                "expected what to do without a count, found `fail`; write `local`, `open` or `closed`",
            ),
            (
                "10/s on_error «close»",
                "expected what to do without a count, found `close`; did you mean `closed`?",
            ),
            (
                "10/s«,» 5/d",
                "one text is one bucket, and keys are joined by `+`, not `,`; write `per caller + tenant`, or a list such as `[\"5/s\", \"1000/d\"]`",
            ),
            (
                "10/s «foo»",
                "unknown word `foo`; write `burst`, `per`, `global`, `cost`, `count`, `shared` or `on_error`",
            ),
            (
                "10/s per caller «&» tenant",
                "one text is one bucket, and keys are joined by `+`, not `&`; write `per caller + tenant`, or a list such as `[\"5/s\", \"1000/d\"]`",
            ),
            (
                "10/s«\u{1b}[31m»",
                "unknown word `\\u{1b}[31m`; write `burst`, `per`, `global`, `cost`, `count`, `shared` or `on_error`",
            ),
        ],
    );
}

#[test]
fn auth() {
    refused(
        "auth",
        &[
            (
                "role:a«\"»b",
                "a role can't contain `\"`; write ASCII letters, digits and signs, without `\"` and `\\`",
            ),
            (
                "role:«é»",
                "a role can't contain `é`; write ASCII letters, digits and signs, without `\"` and `\\`",
            ),
            (
                "scope:«é»",
                "a scope can't contain `é`; write ASCII letters, digits and signs, without `\"` and `\\`",
            ),
            (
                "«Scope»:x",
                "not quite a word of the grammar: `Scope`; write `scope:user`, or `scope:Scope:x` if a scope has that name",
            ),
            (
                "a & (b | «)»",
                "a term is missing before `)`; write what a caller has to have there",
            ),
            (
                "«(»a & b",
                "never closed: `(`; write `)` where the group ends",
            ),
            (
                "a & «(»(b)",
                "never closed: `(`; write `)` where the group ends",
            ),
            (
                "«CLAIM»:x=y",
                "not quite a word of the grammar: `CLAIM`; write `claim:org=acme`, or `scope:CLAIM:x=y` if a scope has that name",
            ),
            (
                "claim:org=«\"x\"»",
                "quotes would belong to the value: `\"x\"`; leave them out",
            ),
            (
                "a | «|» b",
                "a term is missing before `|`; write what a caller has to have there",
            ),
            (
                "«|»",
                "a term is missing before `|`; write what a caller has to have there",
            ),
            (
                "«(»",
                "a term is missing after `(`; write what a caller has to have there",
            ),
            (
                "«Not» a",
                "a rule says who may, not who may not: `Not`; write what a caller has to have",
            ),
            (
                "«AND» b",
                "terms are not joined by `AND`; write `&` if both are needed, `|` if one is enough",
            ),
            (
                "«claim:é.=x»",
                "the name of a claim is missing in `claim:é.=x`; write it, as in `org.id`",
            ),
            (
                "«claim:a» b=c",
                "what the claim says is missing in `claim:a`; write `claim:org=acme`, without spaces",
            ),
            (
                "role:a «role:b»",
                "missing `&` or `|` before `role:b`; write `&` if both are needed, `|` if one is enough",
            ),
            (
                "none «none»",
                "missing `&` or `|` before `none`; write `&` if both are needed, `|` if one is enough",
            ),
            (
                "scope:a «b»",
                "missing `&` or `|` before `b`; write `&` if both are needed, `|` if one is enough",
            ),
            (
                "",
                "expected who may call; write a scope such as `files:read`, or `user` or `none`",
            ),
            (
                "  ",
                "expected who may call; write a scope such as `files:read`, or `user` or `none`",
            ),
            (
                "a «b»",
                "missing `&` or `|` before `b`; write `&` if both are needed, `|` if one is enough",
            ),
            (
                "a «&» ",
                "a term is missing after `&`; write what a caller has to have there",
            ),
            (
                "«&» a",
                "a term is missing before `&`; write what a caller has to have there",
            ),
            (
                "a «&&» b",
                "one sign is enough, found `&&`; write `&` or `|`",
            ),
            (
                "a «||» b",
                "one sign is enough, found `||`; write `&` or `|`",
            ),
            (
                "a «and» b",
                "terms are not joined by `and`; write `&` if both are needed, `|` if one is enough",
            ),
            (
                "a «OR» b",
                "terms are not joined by `OR`; write `&` if both are needed, `|` if one is enough",
            ),
            (
                "«not» a",
                "a rule says who may, not who may not: `not`; write what a caller has to have",
            ),
            (
                "«!»a",
                "a rule says who may, not who may not: `!`; write what a caller has to have",
            ),
            (
                "a«,»b",
                "terms are not joined by `,`; write `&` if both are needed, `|` if one is enough",
            ),
            ("«(»a", "never closed: `(`; write `)` where the group ends"),
            (
                "a«)»",
                "never opened: `)`; write `(` where the group begins",
            ),
            (
                "(«)»",
                "a term is missing before `)`; write what a caller has to have there",
            ),
            (
                "((((((((«(»a)))))))))",
                "more than eight brackets in one another: `(`; write fewer",
            ),
            (
                "«none» | a",
                "nobody is asked for anything with `none`; write `none` alone, or leave it out",
            ),
            (
                "a & «none»",
                "nobody is asked for anything with `none`; write `none` alone, or leave it out",
            ),
            (
                "«None»",
                "not quite a word of the grammar: `None`; write `none`, or `scope:None` if a scope has that name",
            ),
            (
                "«USER»",
                "not quite a word of the grammar: `USER`; write `user`, or `scope:USER` if a scope has that name",
            ),
            (
                "«Role»:x",
                "not quite a word of the grammar: `Role`; write `role:editor`, or `scope:Role:x` if a scope has that name",
            ),
            (
                "«role:»",
                "a name is missing in `role:`; write it right after the `:`",
            ),
            (
                "«role»",
                "not quite a word of the grammar: `role`; write `role:editor`, or `scope:role` if a scope has that name",
            ),
            (
                "«role:» x",
                "a name is missing in `role:`; write it right after the `:`",
            ),
            (
                "«claim:»",
                "what the claim says is missing in `claim:`; write `claim:org=acme`, without spaces",
            ),
            (
                "«claim»",
                "not quite a word of the grammar: `claim`; write `claim:org=acme`, or `scope:claim` if a scope has that name",
            ),
            (
                "«claim:org»",
                "what the claim says is missing in `claim:org`; write `claim:org=acme`, without spaces",
            ),
            (
                "«claim:org=»",
                "what the claim says is missing in `claim:org=`; write `claim:org=acme`, without spaces",
            ),
            (
                "«claim:org» = acme",
                "what the claim says is missing in `claim:org`; write `claim:org=acme`, without spaces",
            ),
            (
                "claim:org«==»acme",
                "expected `=`, found `==`; write `claim:org=acme`, without spaces",
            ),
            (
                "claim:org=«'a» b'",
                "quotes would belong to the value: `'a`; leave them out",
            ),
            (
                "«claim:a..b=c»",
                "the name of a claim is missing in `claim:a..b=c`; write it, as in `org.id`",
            ),
            (
                "«claim.»org=acme",
                "expected `claim:`, found `claim.`; write `claim:org=acme`",
            ),
            (
                "«scope:»",
                "a name is missing in `scope:`; write it right after the `:`",
            ),
            (
                "files:«*»",
                "a scope is compared letter by letter, so there is no wildcard `*`; name each scope, or write `scope:files:*` if one has that name",
            ),
            (
                "«é»",
                "a scope can't contain `é`; write ASCII letters, digits and signs, without `\"` and `\\`",
            ),
            (
                "a«\"»b",
                "a scope can't contain `\"`; write ASCII letters, digits and signs, without `\"` and `\\`",
            ),
            (
                "a«\\»b",
                "a scope can't contain `\\`; write ASCII letters, digits and signs, without `\"` and `\\`",
            ),
            (
                "a|b|c|d|e|f|g|h|i|j|k|l|m|n|o|p|«q»",
                "more than sixteen terms: `q`; give those who may call a role or a scope of their own",
            ),
            (
                "a «(»b)",
                "missing `&` or `|` before `(`; write `&` if both are needed, `|` if one is enough",
            ),
            (
                "(a) «b»",
                "missing `&` or `|` before `b`; write `&` if both are needed, `|` if one is enough",
            ),
            (
                "a & «|» b",
                "a term is missing before `|`; write what a caller has to have there",
            ),
            (
                "a &«)» b",
                "never opened: `)`; write `(` where the group begins",
            ),
        ],
    );
}

#[test]
fn when() {
    refused(
        "when",
        &[
            (
                "claim.a == arg.b «or» claim.c == arg.d",
                "expected `&` and another rule, found `or`; write `&` between two rules",
            ),
            (
                "claim.a in «claim.b»",
                "two claims say nothing about the call: `claim.b`; compare with `arg.NAME`",
            ),
            (
                "arg.a == «5»",
                "expected an argument or a claim, found `5`; write `arg.` or `claim.` before its name",
            ),
            (
                "claim.a ==  «=»= arg.b",
                "expected an argument or a claim, found `=`; write `arg.` or `claim.` before its name",
            ),
            (
                "«=»= arg.b",
                "expected an argument or a claim, found `=`; write `arg.` or `claim.` before its name",
            ),
            (
                "claim.a «>» arg.b",
                "expected `==` or `in`, found `>`; write `claim.org == arg.org` or `arg.team in claim.teams`",
            ),
            (
                "«&»",
                "expected an argument or a claim, found `&`; write `arg.` or `claim.` before its name",
            ),
            (
                "claim.ä«!» == arg.b",
                "the name of a claim can't contain `!`; write the name as the token does, with dots between the steps (as in `org.id`)",
            ),
            (
                "",
                "expected a rule; write `claim.org == arg.org` or `arg.team in claim.teams`",
            ),
            (
                "«claim.org»",
                "nothing follows `claim.org`; write `claim.org == arg.org` or `arg.team in claim.teams`",
            ),
            (
                "«claim.org ==»",
                "nothing follows `claim.org ==`; write `claim.org == arg.org` or `arg.team in claim.teams`",
            ),
            (
                "claim.org «=» arg.org",
                "expected `==`, found `=`; write `claim.org == arg.org` or `arg.team in claim.teams`",
            ),
            (
                "claim.org «===» arg.org",
                "expected `==`, found `===`; write `claim.org == arg.org` or `arg.team in claim.teams`",
            ),
            (
                "claim.org «!»= arg.org",
                "a rule says what has to hold, not what must not: `!`; write `==` or `in`",
            ),
            (
                "claim.org «not» in arg.org",
                "a rule says what has to hold, not what must not: `not`; write `==` or `in`",
            ),
            (
                "claim.org «is» arg.org",
                "expected `==` or `in`, found `is`; write `claim.org == arg.org` or `arg.team in claim.teams`",
            ),
            (
                "«org» == arg.org",
                "expected an argument or a claim, found `org`; write `arg.` or `claim.` before its name",
            ),
            (
                "arg.a == «arg.b»",
                "two arguments say nothing about the caller: `arg.b`; compare with `claim.NAME`",
            ),
            (
                "claim.a == «claim.b»",
                "two claims say nothing about the call: `claim.b`; compare with `arg.NAME`",
            ),
            (
                "claim.a == arg.b «claim.c» == arg.d",
                "expected `&` and another rule, found `claim.c`; write `&` between two rules",
            ),
            (
                "claim.a == arg.b «&&» claim.c == arg.d",
                "one sign is enough, found `&&`; write `&`",
            ),
            (
                "claim.a == arg.b «|» claim.c == arg.d",
                "all rules have to hold, so none can be joined by `|`; write `&`",
            ),
            (
                "claim.a == arg.b «&»",
                "nothing follows `&`; write `claim.org == arg.org` or `arg.team in claim.teams`",
            ),
            (
                "«claim.» == arg.b",
                "the name of a claim is missing in `claim.`; write it, as in `org.id`",
            ),
            (
                "claim.a==arg.b&claim.a==arg.b&claim.a==arg.b&claim.a==arg.b&«claim.a==arg.b»",
                "more than four rules: `claim.a==arg.b`; write at most four",
            ),
        ],
    );
}

#[test]
fn cache() {
    refused(
        "cache",
        &[
            (
                "60s vary(«)»",
                "something is missing before `)`; write `vary(claim.locale)`",
            ),
            (
                "60s vary(«claim.»)",
                "the name of a claim is missing in `claim.`; write it, as in `org.id`",
            ),
            (
                "60s vary(«a.b»)",
                "expected an argument or a claim, found `a.b`; write `vary(claim.locale)`",
            ),
            (
                "60s vary(arg.a,arg.b,arg.c,arg.d,«arg.e»)",
                "more than four things to vary by: `arg.e`; write at most four",
            ),
            (
                "60s ignore(arg.a, arg.b, arg.c, arg.d, «arg.e»)",
                "more than four arguments to ignore: `arg.e`; write at most four",
            ),
            (
                "60s max «99999999999»",
                "number too large: `99999999999`; write at most `4294967295`",
            ),
            (
                "60s «tags»(user:{id}",
                "missing `)` after `tags`; close the bracket",
            ),
            (
                "60s tags(a) «tags»(b)",
                "the same clause twice: `tags`; keep one of the two",
            ),
            (
                "60s «tags»(",
                "nothing follows `tags`; write `tags(user:{id})`",
            ),
            (
                "60s swr «1.5m»",
                "not a whole number: `1.5m`; write digits alone, as in `1500ms` or `1000`",
            ),
            (
                "60s swr «10 m»",
                "a unit stands right behind its number, not `10 m`; write `min` (as in `10min`)",
            ),
            (
                "60s swr «10» max 5",
                "missing unit of time after `10`; write `10s`, or another of `ms`, `m`, `h` and `d`",
            ),
            (
                "60s «(»a)",
                "unknown word `(`; write `private`, `public`, `swr`, `stale_if_error`, `tags`, `vary`, `ignore` or `max`",
            ),
            (
                "60s ignore(«a»)",
                "expected an argument, found `a`; write `ignore(arg.trace)`",
            ),
            (
                "1000«w»",
                "unknown unit of time `w`; write days (as in `7d`)",
            ),
            ("", "expected a time to keep answers; write `60s`"),
            (
                "«x»",
                "expected a number, found `x`; write a time such as `60s` first",
            ),
            (
                "«60»",
                "missing unit of time after `60`; write `60s`, or another of `ms`, `m`, `h` and `d`",
            ),
            (
                "«60 s»",
                "a unit stands right behind its number, not `60 s`; write `s` (as in `60s`)",
            ),
            (
                "«0s»",
                "expected a time above zero, found `0s`; write a time such as `60s` first",
            ),
            (
                "60s private «public»",
                "one scope is enough, not also `public`; keep one of the two",
            ),
            (
                "60s private «private»",
                "one scope is enough, not also `private`; keep one of the two",
            ),
            ("60s «swr»", "nothing follows `swr`; write `swr 10m`"),
            (
                "60s swr «0s»",
                "expected a time above zero, found `0s`; write `swr 10m`",
            ),
            (
                "60s swr «x»",
                "expected a number, found `x`; write `swr 10m`",
            ),
            (
                "60s swr «10»",
                "missing unit of time after `10`; write `10s`, or another of `ms`, `m`, `h` and `d`",
            ),
            (
                "60s «stale» 5m",
                "unknown word `stale`; write `private`, `public`, `swr`, `stale_if_error`, `tags`, `vary`, `ignore` or `max`",
            ),
            (
                "60s «stale_if_err» 5m",
                "unknown word `stale_if_err`; did you mean `stale_if_error`?",
            ),
            (
                "60s «tags»",
                "missing `(` after `tags`; write `tags(user:{id})`",
            ),
            (
                "60s tags(«)»",
                "something is missing before `)`; write `tags(user:{id})`",
            ),
            (
                "60s «tags»(a",
                "missing `)` after `tags`; close the bracket",
            ),
            (
                "60s tags(a «b»)",
                "expected `,` or `)`, found `b`; write `,` between two and `)` after the last",
            ),
            (
                "60s tags(a,«,»b)",
                "something is missing before `,`; write `tags(user:{id})`",
            ),
            (
                "60s tags(a,«)»",
                "something is missing before `)`; write `tags(user:{id})`",
            ),
            (
                "60s tags(a,«a»)",
                "the same tag twice: `a`; keep one of the two",
            ),
            (
                "60s tags(a,b,c,d,«e»)",
                "more than four tags: `e`; write fewer, broader tags",
            ),
            (
                "60s tags(user:«{id»)",
                "a placeholder without `}`: `{id`; write `{{` and `}}` for braces that stay",
            ),
            (
                "60s tags(«{}»)",
                "the name of an argument is missing in `{}`; write it, as in `user.id`",
            ),
            (
                "60s tags(a«}»b)",
                "no placeholder was opened before `}`; write `{{` and `}}` for braces that stay",
            ),
            (
                "60s tags(«{a» b})",
                "a placeholder without `}`: `{a`; write `{{` and `}}` for braces that stay",
            ),
            (
                "60s vary(«x»)",
                "expected an argument or a claim, found `x`; write `vary(claim.locale)`",
            ),
            (
                "60s ignore(«claim.a»)",
                "expected an argument, found `claim.a`; write `ignore(arg.trace)`",
            ),
            ("60s «max»", "nothing follows `max`; write `max 1000`"),
            (
                "60s max «0»",
                "expected a number above zero, found `0`; write `max 1000`",
            ),
            (
                "60s max «1k»",
                "expected a number, found `1k`; write `max 1000`",
            ),
            (
                "60s«,» private",
                "clauses stand side by side, without `,`; leave it out",
            ),
            (
                "«private»",
                "expected a number, found `private`; write a time such as `60s` first",
            ),
            (
                "60s «for» ever",
                "unknown word `for`; write `private`, `public`, `swr`, `stale_if_error`, `tags`, `vary`, `ignore` or `max`",
            ),
        ],
    );
}

#[test]
fn invalidates() {
    refused(
        "invalidates",
        &[
            ("", "expected tags; write `tags(user:{id})`"),
            (
                "«user»",
                "expected tags, found `user`; write `tags(user:{id})`",
            ),
            (
                "tags(a) «tags»(b)",
                "expected the end, found `tags`; write all tags in one pair of brackets",
            ),
            (
                "«tags»",
                "missing `(` after `tags`; write `tags(user:{id})`",
            ),
            (
                "«tag»(a)",
                "expected tags, found `tag`; write `tags(user:{id})`",
            ),
        ],
    );
}

#[test]
fn timeout() {
    refused(
        "timeout",
        &[
            (
                "30s attempt 10s «idle» 5s",
                "the time of the whole call is written as `max` after `idle`; write `idle 30s max 10m`",
            ),
            (
                "idle 30s «max»",
                "nothing follows `max`; write `idle 30s max 10m`: a call ends, however much it reports",
            ),
            (
                "idle «max» 10m",
                "expected a number, found `max`; write `idle 30s max 10m`: a call ends, however much it reports",
            ),
            ("30s «10s»", "unknown word `10s`; write `attempt`"),
            (
                "idle «0s» max 10m",
                "expected a time above zero, found `0s`; write `idle 30s max 10m`: a call ends, however much it reports",
            ),
            (
                "30s «attempt 30001ms»",
                "one attempt may take longer than the whole call: `attempt 30001ms`; write a shorter one",
            ),
            (
                "",
                "expected a time; write `30s`, `30s attempt 10s` or `idle 30s max 10m`",
            ),
            (
                "«30»",
                "missing unit of time after `30`; write `30s`, or another of `ms`, `m`, `h` and `d`",
            ),
            (
                "30s «attempt»",
                "nothing follows `attempt`; write `attempt 10s`",
            ),
            (
                "30s «attempt 40s»",
                "one attempt may take longer than the whole call: `attempt 40s`; write a shorter one",
            ),
            (
                "30s attempt 10s «attempt» 5s",
                "the same clause twice: `attempt`; keep one of the two",
            ),
            (
                "30s «atempt» 10s",
                "unknown word `atempt`; did you mean `attempt`?",
            ),
            (
                "30s «idle» 5s",
                "the time of the whole call is written as `max` after `idle`; write `idle 30s max 10m`",
            ),
            (
                "«idle 30s»",
                "nothing follows `idle 30s`; write `idle 30s max 10m`: a call ends, however much it reports",
            ),
            (
                "idle 30s «max 10s»",
                "the call ends before it can be idle: `max 10s`; write a longer `max`",
            ),
            (
                "«max» 10m",
                "expected a time, found `max`; write `30s`, `30s attempt 10s` or `idle 30s max 10m`",
            ),
            (
                "«max» 10m idle 30s",
                "expected a time, found `max`; write `30s`, `30s attempt 10s` or `idle 30s max 10m`",
            ),
            (
                "«idle»",
                "nothing follows `idle`; write `idle 30s max 10m`: a call ends, however much it reports",
            ),
            (
                "«attempt» 10s",
                "expected a time, found `attempt`; write `30s`, `30s attempt 10s` or `idle 30s max 10m`",
            ),
            (
                "idle 30s max 10m «x»",
                "expected the end, found `x`; write `idle 30s max 10m` alone",
            ),
            (
                "«0s»",
                "expected a time above zero, found `0s`; write `30s`",
            ),
            (
                "30«seconds»",
                "unknown unit of time `seconds`; write `s` (as in `30s`)",
            ),
            (
                "«half» a minute",
                "expected a time, found `half`; write `30s`, `30s attempt 10s` or `idle 30s max 10m`",
            ),
            (
                "idle 30s «idle» 20s",
                "expected `max`, found `idle`; write `idle 30s max 10m`: a call ends, however much it reports",
            ),
        ],
    );
}

#[test]
fn retry() {
    refused(
        "retry",
        &[
            (
                "«4294967296»",
                "number too large: `4294967296`; write at most `4294967295`",
            ),
            (
                "3 exp «200ms» 5s",
                "the longest wait is missing after `200ms`; write `exp 200ms..5s`",
            ),
            (
                "3 exp «0s»..5s",
                "expected a time above zero, found `0s`; write `exp 200ms..5s`",
            ),
            (
                "3 exp 200ms..«5»",
                "missing unit of time after `5`; write `5s`, or another of `ms`, `m`, `h` and `d`",
            ),
            ("3 exp 200ms . . 5s «x»", "unknown word `x`; write `exp`"),
            (
                "«2.5»",
                "not a whole number: `2.5`; write digits alone, as in `1500ms` or `1000`",
            ),
            (
                "",
                "expected how often to try again; write `3`, or `3 exp 200ms..5s`",
            ),
            (
                "«0»",
                "expected a number above zero, found `0`; write `3` or `3 exp 200ms..5s`, or leave `retry` out",
            ),
            (
                "«3x»",
                "expected a number, found `3x`; write `3` or `3 exp 200ms..5s`, or leave `retry` out",
            ),
            (
                "3 «times»",
                "the number stands alone, without `times`; leave it out",
            ),
            ("3 «exp»", "nothing follows `exp`; write `exp 200ms..5s`"),
            (
                "3 exp «200ms»",
                "the longest wait is missing after `200ms`; write `exp 200ms..5s`",
            ),
            (
                "3 exp «200ms..»",
                "nothing follows `200ms..`; write `exp 200ms..5s`",
            ),
            (
                "3 exp 200ms..«=»5s",
                "the longest wait is included without `=`; write `..`",
            ),
            (
                "3 exp «5s..200ms»",
                "the first wait is longer than the longest: `5s..200ms`; write the shorter one first",
            ),
            (
                "3 exp 200ms..5s «exp» 1s..2s",
                "the same clause twice: `exp`; keep one of the two",
            ),
            (
                "3 «linear» 1s",
                "waits grow by a factor of two, never `linear`; write `exp 200ms..5s`",
            ),
            (
                "3 exp «200»..5s",
                "missing unit of time after `200`; write `200s`, or another of `ms`, `m`, `h` and `d`",
            ),
            (
                "«exp» 200ms..5s",
                "expected a number, found `exp`; write `3` or `3 exp 200ms..5s`, or leave `retry` out",
            ),
            (
                "«-1»",
                "expected a number, found `-1`; write `3` or `3 exp 200ms..5s`, or leave `retry` out",
            ),
        ],
    );
}

#[test]
fn breaker() {
    refused(
        "breaker",
        &[
            (
                "50% of «0» in 30s",
                "expected a number above zero, found `0`; write `50% of 20 in 30s`",
            ),
            (
                "50% of 20 in «0s»",
                "expected a time above zero, found `0s`; write `50% of 20 in 30s`",
            ),
            (
                "5 fails «shared»",
                "nothing follows `shared`; write `shared github`",
            ),
            (
                "5 fails probes «x»",
                "expected a number, found `x`; write `probes 1`",
            ),
            (
                "50% of 20 «within» 30s",
                "expected `in`, found `within`; write `50% of 20 in 30s`",
            ),
            (
                "5 fails «in» a row",
                "fails in a row have no window, found `in`; leave it out, or write `50% of 20 in 30s`",
            ),
            (
                "«fails» 5",
                "expected a number, found `fails`; write `50% of 20 in 30s` or `5 fails`",
            ),
            (
                "50% of 20 in 30s shared a «b»",
                "unknown word `b`; write `open`, `probes` or `shared`",
            ),
            (
                "",
                "expected when to open; write `50% of 20 in 30s` or `5 fails`",
            ),
            ("«50%»", "nothing follows `50%`; write `50% of 20 in 30s`"),
            ("50% «of»", "nothing follows `of`; write `50% of 20 in 30s`"),
            (
                "«50% of 20»",
                "nothing follows `50% of 20`; write `50% of 20 in 30s`",
            ),
            (
                "50% of 20 «in»",
                "nothing follows `in`; write `50% of 20 in 30s`",
            ),
            (
                "«0%» of 20 in 30s",
                "expected a share of 1% to 100%, found `0%`; write `50% of 20 in 30s`",
            ),
            (
                "«101%» of 20 in 30s",
                "expected a share of 1% to 100%, found `101%`; write `50% of 20 in 30s`",
            ),
            (
                "50 «of» 20 in 30s",
                "expected `fails` or `%`, found `of`; write `5 fails` for so many in a row, or `50% of 20 in 30s`",
            ),
            (
                "50% «off» 20 in 30s",
                "expected `of`, found `off`; write `50% of 20 in 30s`",
            ),
            (
                "5 «failures»",
                "expected `fails` or `%`, found `failures`; write `5 fails` for so many in a row, or `50% of 20 in 30s`",
            ),
            (
                "«5»",
                "nothing follows `5`; write `5 fails` for so many in a row, or `50% of 20 in 30s`",
            ),
            (
                "«0» fails",
                "expected a number above zero, found `0`; write `5 fails`",
            ),
            (
                "5 fails «in» 30s",
                "fails in a row have no window, found `in`; leave it out, or write `50% of 20 in 30s`",
            ),
            ("5 fails «open»", "nothing follows `open`; write `open 15s`"),
            (
                "5 fails open 30s probes «0»",
                "expected a number above zero, found `0`; write `probes 1`",
            ),
            (
                "5 fails open 30s «open» 20s",
                "the same clause twice: `open`; keep one of the two",
            ),
            (
                "5 fails «halfopen» 3",
                "unknown word `halfopen`; write `open`, `probes` or `shared`",
            ),
            (
                "«0.5» of 20",
                "not a whole number: `0.5`; write digits alone, as in `1500ms` or `1000`",
            ),
        ],
    );
}

#[test]
fn concurrency() {
    refused(
        "concurrency",
        &[
            (
                "8 queue «0» wait 2s",
                "expected a number above zero, found `0`; write `queue 32`",
            ),
            (
                "8 queue 2 wait «0s»",
                "expected a time above zero, found `0s`; write `wait 2s`",
            ),
            ("8 «per»", "nothing follows `per`; write `per caller`"),
            (
                "8 queue 2 «queue» 3 wait 1s",
                "the same clause twice: `queue`; keep one of the two",
            ),
            (
                "«8.5»",
                "not a whole number: `8.5`; write digits alone, as in `1500ms` or `1000`",
            ),
            (
                "8«,» queue 2",
                "clauses stand side by side, without `,`; leave it out",
            ),
            (
                "",
                "expected how many calls run at the same time; write `8`, or `8 queue 32 wait 2s`",
            ),
            ("«0»", "expected a number above zero, found `0`; write `8`"),
            (
                "8 «queue» 32",
                "nobody waits in a `queue`; add how long, as in `wait 2s`",
            ),
            (
                "8 «wait» 2s",
                "without a queue there is nowhere to `wait`; add `queue 32`",
            ),
            (
                "8 per «user»",
                "unknown key `user`; write `caller` for the one who calls",
            ),
            ("8 «quue» 2", "unknown word `quue`; did you mean `queue`?"),
            ("«eight»", "expected a number, found `eight`; write `8`"),
        ],
    );
}

#[test]
fn size() {
    refused(
        "max_in",
        &[
            (
                "«18446744073709551616»B",
                "number too large: `18446744073709551616`; write a smaller one",
            ),
            (
                "«18446744073709551615»B",
                "number too large: `18446744073709551615`; write a smaller one",
            ),
            (
                "256KB truncate «truncate»",
                "one action is enough, not also `truncate`; keep one of the two",
            ),
            (
                "«256 KB»",
                "a unit stands right behind its number, not `256 KB`; write `KB` (as in `256KB`)",
            ),
            (
                "256«KBx»",
                "unknown unit of size `KBx`; write `B`, `KB`, `KiB`, `MB`, `MiB` or `tok`",
            ),
            (
                "«KB»",
                "expected a number, found `KB`; write a size such as `256KB`",
            ),
            ("", "expected a size; write `256KB`, or `25000tok`"),
            (
                "«256»",
                "missing unit of size after `256`; write `256KB`, or another of `B`, `KiB`, `MB`, `MiB` and `tok`",
            ),
            (
                "256«kb»",
                "unknown unit of size `kb`; write `KB` (as in `256KB`)",
            ),
            (
                "«25000 tok»",
                "a unit stands right behind its number, not `25000 tok`; write `tok` (as in `25000tok`)",
            ),
            (
                "25000«tokens»",
                "unknown unit of size `tokens`; write `tok` (as in `25000tok`)",
            ),
            (
                "«0KB»",
                "expected a size above zero, found `0KB`; write a size such as `256KB`",
            ),
            (
                "1«GB»",
                "unknown unit of size `GB`; write it in `MB` or `MiB`",
            ),
            (
                "256KB error «link»",
                "one action is enough, not also `link`; keep one of the two",
            ),
            (
                "256KB «cut»",
                "unknown word `cut`; write `error`, `truncate` or `link`",
            ),
            (
                "«999999999999MB»",
                "larger than a tebibyte: `999999999999MB`; write a smaller size",
            ),
            (
                "«1.5MB»",
                "not a whole number: `1.5MB`; write digits alone, as in `1500ms` or `1000`",
            ),
            (
                "256«K»",
                "unknown unit of size `K`; write `KB` (as in `256KB`)",
            ),
            (
                "«x»",
                "expected a number, found `x`; write a size such as `256KB`",
            ),
        ],
    );
}

#[test]
fn audit() {
    refused(
        "audit",
        &[
            (
                "off «off»",
                "one level is enough, not also `off`; keep one of the two",
            ),
            (
                "«required»",
                "unknown level `required`; write `off`, `meta`, `args` or `full`",
            ),
            (
                "meta«,» required",
                "clauses stand side by side, without `,`; leave it out",
            ),
            (
                "",
                "expected how much to record; write `off`, `meta`, `args` or `full`",
            ),
            ("«of»", "unknown level `of`; did you mean `off`?"),
            (
                "off «required»",
                "what is not recorded can't be `required`; write `meta required`, or `off` alone",
            ),
            (
                "args «full»",
                "one level is enough, not also `full`; keep one of the two",
            ),
            (
                "meta required «required»",
                "the same clause twice: `required`; keep one of the two",
            ),
            ("«argz»", "unknown level `argz`; did you mean `args`?"),
            (
                "«none»",
                "unknown level `none`; write `off`, `meta`, `args` or `full`",
            ),
        ],
    );
}

#[test]
fn confirm() {
    refused(
        "confirm",
        &[
            (
                "«{»",
                "a placeholder without `}`: `{`; write `{{` and `}}` for braces that stay",
            ),
            (
                "«}»",
                "no placeholder was opened before `}`; write `{{` and `}}` for braces that stay",
            ),
            (
                "a {{ b «}»",
                "no placeholder was opened before `}`; write `{{` and `}}` for braces that stay",
            ),
            (
                "Delete {path«:»?}",
                "the name of an argument can't contain `:`; write the name as the caller does, with dots between the steps (as in `user.id`)",
            ),
            (
                "",
                "expected a question; write `Delete {path}?`, or `never`",
            ),
            (
                " ",
                "expected a question; write `Delete {path}?`, or `never`",
            ),
            (
                "«Never»",
                "not a question: `Never`; write `never` if nobody is to be asked",
            ),
            (
                "«none»",
                "not a question: `none`; write `never` if nobody is to be asked",
            ),
            (
                "Delete «{}»?",
                "the name of an argument is missing in `{}`; write it, as in `user.id`",
            ),
            (
                "Delete «{path?»",
                "a placeholder without `}`: `{path?`; write `{{` and `}}` for braces that stay",
            ),
            (
                "Delete path«}»?",
                "no placeholder was opened before `}`; write `{{` and `}}` for braces that stay",
            ),
            (
                "Delete {a« »b}?",
                "the name of an argument can't contain ` `; write the name as the caller does, with dots between the steps (as in `user.id`)",
            ),
            (
                "Delete «{a..b}»",
                "the name of an argument is missing in `{a..b}`; write it, as in `user.id`",
            ),
        ],
    );
}

#[test]
fn idempotency() {
    refused(
        "idempotency",
        &[
            (
                "«0s»",
                "expected a time above zero, found `0s`; write a time such as `24h` first",
            ),
            ("24h «24h»", "unknown word `24h`; write `required`"),
            (
                "«1 day»",
                "a unit stands right behind its number, not `1 day`; write `d` (as in `1d`)",
            ),
            (
                "«24 hours» required",
                "a unit stands right behind its number, not `24 hours`; write `h` (as in `24h`)",
            ),
            (
                "",
                "expected a time to keep results; write `24h`, or `24h required`",
            ),
            (
                "24h «requierd»",
                "unknown word `requierd`; did you mean `required`?",
            ),
            (
                "«required»",
                "expected a number, found `required`; write a time such as `24h` first",
            ),
            (
                "«24»",
                "missing unit of time after `24`; write `24s`, or another of `ms`, `m`, `h` and `d`",
            ),
            (
                "24h required «required»",
                "the same clause twice: `required`; keep one of the two",
            ),
        ],
    );
}

#[test]
fn deprecated() {
    refused(
        "deprecated",
        &[
            (
                "use «ü»",
                "a tool's name can't contain `ü`; write `use search_v2`, or a reason that does not begin with `use`",
            ),
            (
                "sunset 2027-04-«31»",
                "that month has no day `31`; write a day that exists",
            ),
            (
                "sunset 2027-«00»-10",
                "no month has the number `00`; write it as `2027-01-31`",
            ),
            (
                "sunset 2100-02-«29»",
                "that month has no day `29`; write a day that exists",
            ),
            (
                "use «aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa»",
                "a tool's name has at most 128 characters: `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…`; write the name of a tool",
            ),
            (
                "sunset «2027-01-31 use b»",
                "not a date: `2027-01-31 use b`; write it as `2027-01-31`",
            ),
            (
                "use a« »sunset 2027-01-31",
                "a tool's name can't contain ` `; write `use search_v2`, or a reason that does not begin with `use`",
            ),
            (
                "sunset 2027-01-31; «sunset» 2027-01-31",
                "the same clause twice: `sunset`; keep one of the two",
            ),
            (
                "sunset «20x7-01-31»",
                "not a date: `20x7-01-31`; write it as `2027-01-31`",
            ),
            (
                "",
                "expected what to use instead; write `use search_v2`, or a reason",
            ),
            (
                " ",
                "expected what to use instead; write `use search_v2`, or a reason",
            ),
            ("«use»", "nothing follows `use`; write `use search_v2`"),
            (
                "use the« »other",
                "a tool's name can't contain ` `; write `use search_v2`, or a reason that does not begin with `use`",
            ),
            (
                "«sunset»",
                "nothing follows `sunset`; write `sunset 2027-01-31`",
            ),
            (
                "sunset 2027-02-«29»",
                "that month has no day `29`; write a day that exists",
            ),
            (
                "sunset 2027-«13»-01",
                "no month has the number `13`; write it as `2027-01-31`",
            ),
            (
                "sunset «27-1-1»",
                "not a date: `27-1-1`; write it as `2027-01-31`",
            ),
            (
                "sunset «1999»-01-01",
                "expected a year from 2000 on, found `1999`; write it as `2027-01-31`",
            ),
            (
                "use a; «gone»",
                "what to use instead stands before `gone`; write either `use NAME` or a reason",
            ),
            (
                "gone; «use a»",
                "a reason stands before `use a`; write either `use NAME` or a reason",
            ),
            ("a; «b»", "a second reason: `b`; write one text without `;`"),
            (
                "use a«;»",
                "nothing stands on one side of `;`; leave it out",
            ),
            (
                "«;» use a",
                "nothing stands on one side of `;`; leave it out",
            ),
            (
                "use a;«;» sunset 2027-01-01",
                "nothing stands on one side of `;`; leave it out",
            ),
            (
                "use a; «use» b",
                "the same clause twice: `use`; keep one of the two",
            ),
            (
                "sunset «tomorrow»",
                "not a date: `tomorrow`; write it as `2027-01-31`",
            ),
            (
                "sunset «2027/01/31»",
                "not a date: `2027/01/31`; write it as `2027-01-31`",
            ),
        ],
    );
}

#[test]
fn confirm_ttl() {
    refused(
        "confirm_ttl",
        &[
            ("", "expected a time; write `5m`"),
            (
                "«5»",
                "missing unit of time after `5`; write `5s`, or another of `ms`, `m`, `h` and `d`",
            ),
            ("«0m»", "expected a time above zero, found `0m`; write `5m`"),
            (
                "5m «6m»",
                "expected the end, found `6m`; write one time, as in `5m`",
            ),
        ],
    );
}

#[test]
fn long_rule() {
    let text = "a".repeat(65_536);
    let error = read("auth", &text).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a rule of more than 65535 bytes; write a shorter one"
    );
    assert!(read("auth", &text[1..]).is_ok());
}

#[test]
fn the_users_words_are_safe_to_print() {
    let error = read("audit", "a\u{1b}[31m\u{202e}\n").unwrap_err();
    assert_eq!(
        error.to_string(),
        "unknown level `a\\u{1b}[31m\\u{202e}`; write `off`, `meta`, `args` or `full`"
    );
    let long = "é".repeat(61);
    let error = read("audit", &long).unwrap_err().to_string();
    assert!(
        error.starts_with(&format!("unknown level `{}…`;", "é".repeat(60))),
        "{error}"
    );
}

#[test]
fn the_problem_alone_has_no_words_of_the_user() {
    assert_eq!(
        read("rate", "10/sec").unwrap_err().message(),
        "unknown unit of time"
    );
}
