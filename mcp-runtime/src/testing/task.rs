//! What a client does about tasks: it polls, answers, and cancels.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Client, Reply};

/// How often a client polls, before the test is told that the task never ends.
const POLLS: usize = 100_000;

impl Client {
    /// Asks how a task stands (`tasks/get`).
    pub async fn task(&self, id: &str) -> Reply {
        self.request("tasks/get", json!({"taskId": id})).await
    }

    /// Answers questions of a task (`tasks/update`): an object with an answer for each key.
    pub async fn answer_task(&self, id: &str, answers: Value) -> Reply {
        let params = json!({"taskId": id, "inputResponses": answers});
        self.request("tasks/update", params).await
    }

    /// Cancels a task (`tasks/cancel`).
    pub async fn cancel_task(&self, id: &str) -> Reply {
        self.request("tasks/cancel", json!({"taskId": id})).await
    }

    /// Polls as often as the server says until the task has ended, and answers what it asks where the client is
    /// [`answering`](super::Builder::answering).
    ///
    /// # Panics
    /// Where there is no such task, or it never ends.
    pub async fn finished_task(&self, id: &str) -> Reply {
        for _ in 0..POLLS {
            let reply = self.task(id).await;
            match reply.result()["status"].as_str() {
                Some("working") => {}
                Some("input_required") => {
                    if let Some(answers) = self.settings.answers_to(reply.result()) {
                        self.answer_task(id, answers).await.result();
                        continue;
                    }
                }
                _ => return reply,
            }
            let poll = reply.result()["pollIntervalMs"].as_u64();
            tokio::time::sleep(Duration::from_millis(poll.unwrap_or(1_000))).await;
        }
        panic!("the task `{id}` does not end")
    }
}

impl Reply {
    /// The id of the task that a call became.
    ///
    /// # Panics
    /// Where it became none.
    #[track_caller]
    pub fn task_id(&self) -> &str {
        let id = self.result()["taskId"].as_str();
        match id.filter(|_| self.result()["resultType"] == "task") {
            Some(id) => id,
            None => panic!("the call is no task: {self:?}"),
        }
    }

    /// How a task stands: `working`, `input_required`, `completed`, `failed` or `cancelled`.
    ///
    /// # Panics
    /// Where the answer is not about a task.
    #[track_caller]
    pub fn status_of_task(&self) -> &str {
        match self.result()["status"].as_str() {
            Some(status) => status,
            None => panic!("there is no task: {self:?}"),
        }
    }

    /// What a completed task's call came to, as if it had been waited for.
    ///
    /// # Panics
    /// Where the task is not completed.
    #[track_caller]
    pub fn result_of_task(&self) -> Self {
        match self.result().get("result") {
            Some(result) => Self {
                message: json!({"result": result}),
                notifications: Vec::new(),
                status: None,
            },
            None => panic!("the task is not completed: {self:?}"),
        }
    }
}
