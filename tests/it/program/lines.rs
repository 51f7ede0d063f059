//! Lines that are no good, over stdin and stdout: each request among them is answered, and the server goes on.

use serde_json::json;

use super::child::{Program, program};
use crate::malformed::Answer::{Each, Error, Nothing, Refusal, Result};
use crate::malformed::{corpus, is_error, is_result};

#[tokio::test]
async fn every_request_among_broken_lines_is_answered() {
    let corpus = corpus();
    assert!(corpus.len() >= 60);
    // The log would be a copy of the corpus.
    let mut program = Program::initialized(program().env("RUST_LOG", "off")).await;
    for (number, (what, mut line, expected)) in corpus.into_iter().enumerate() {
        line.push(b'\n');
        program.write(&line).await;
        // The answer to this ping comes whatever the line was; so nobody waits for an answer that never comes.
        let probe = format!("probe {number}");
        program.request(probe.as_str(), "ping", json!({})).await;
        let count = match &expected {
            Each(_, ids) => ids.len(),
            Nothing => 0,
            _ => 1,
        };
        let mut answers = Vec::new();
        let mut probed = false;
        while !probed || answers.len() < count {
            let answer = program.answer().await;
            match answer["id"] == probe.as_str() {
                true => probed = true,
                false => answers.push(answer),
            }
        }
        assert_eq!(answers.len(), count, "{what}: {answers:#?}");
        match expected {
            Error(code, id) => is_error(what, &answers[0], code, &id),
            Each(code, ids) => {
                for (answer, id) in answers.iter().zip(&ids) {
                    is_error(what, answer, code, id);
                }
            }
            Result(id) => is_result(what, &answers[0], &id, false),
            Refusal(id) => is_result(what, &answers[0], &id, true),
            Nothing => {}
        }
    }
    program.close_stdin();
    let ended = program.ended().await;
    assert!(ended.answers.is_empty(), "{:#?}", ended.answers);
    assert_eq!(ended.status.code(), Some(0), "{}", ended.log);
}
