//! What issuers answered when they were asked about tokens.
//!
//! An answer is remembered for a minute at most, a refusal for ten seconds, so that a revoked token does not live on and a forged one does not bother
//! the issuer. Where the issuer is away nothing is remembered, and nobody is let in: revocation is the reason to ask. However many requests bring a
//! token at once, one of them asks; how much is asked at all, [`Gate`] bounds.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;
use parking_lot::Mutex;
use sha2::{Digest as _, Sha256};
use tokio::sync::OnceCell;

use super::gate::Gate;
use super::{Health, MAX_TOKEN_LENGTH, Rejected, Verified};
use crate::clock::Clock;

const REMEMBER: Duration = Duration::from_secs(60);
const REMEMBER_REFUSAL: Duration = Duration::from_secs(10);
const REMEMBERED: u64 = 10_000;

/// How long it is known of a token that it held once: it may be asked about again however many others were refused.
const HELD: Duration = Duration::from_secs(60 * 60);

type Hash = [u8; 32];
type Answer = Result<Verified, Rejected>;
type Cell = Arc<OnceCell<Answer>>;

/// Answers by the SHA-256 of their tokens.
pub(super) struct Answers {
    kept: Cache<Hash, Kept>,
    held: Cache<Hash, ()>,
    flights: Flights,
    gate: Gate,
    clock: Clock,
}

#[derive(Clone)]
struct Kept {
    answer: Arc<Answer>,
    /// Since 1970. Should the clock be set back meanwhile, the cache forgets after a minute all the same.
    until: Duration,
}

impl Answers {
    pub(super) fn new() -> Self {
        let cache = || Cache::builder().max_capacity(REMEMBERED);
        Self {
            kept: cache().time_to_live(REMEMBER).build(),
            held: Cache::builder()
                .max_capacity(REMEMBERED)
                .time_to_live(HELD)
                .build(),
            flights: Flights::default(),
            gate: Gate::new(),
            clock: Clock::start(),
        }
    }

    pub(super) fn now(&self) -> Duration {
        self.clock.now()
    }

    pub(super) fn health(&self) -> Health {
        self.gate.health()
    }

    /// What is known of a token, else what the issuer answers now.
    pub(super) async fn of(&self, token: &str, ask: impl Future<Output = Answer>) -> Answer {
        if token.len() > MAX_TOKEN_LENGTH {
            return Err(Rejected::Invalid("it is longer than 16 KiB".into()));
        }
        let hash: Hash = Sha256::digest(token).into();
        if let Some(answer) = self.known(hash) {
            return answer;
        }
        let flight = self.flights.board(hash);
        let answer = flight.cell.get_or_init(|| async {
            // It may have landed between the look and the boarding.
            let answer = match self.known(hash) {
                Some(answer) => answer,
                None => self.ask(hash, ask).await,
            };
            flight.land();
            answer
        });
        answer.await.clone()
    }

    fn known(&self, hash: Hash) -> Option<Answer> {
        let kept = self.kept.get(&hash)?;
        (kept.until > self.now()).then(|| (*kept.answer).clone())
    }

    async fn ask(&self, hash: Hash, ask: impl Future<Output = Answer>) -> Answer {
        let mut answer = self.gate.pass(self.held.contains_key(&hash), ask).await;
        let now = self.now();
        let until = match &mut answer {
            Ok(verified) => {
                let end = now + REMEMBER;
                let end = verified.expires.map_or(end, |expires| expires.min(end));
                // Whoever remembers it further up does so no longer than here.
                verified.expires = Some(end);
                self.held.insert(hash, ());
                end
            }
            Err(Rejected::Unavailable(_)) => return answer,
            Err(_) => now + REMEMBER_REFUSAL,
        };
        let kept = Kept {
            answer: Arc::new(answer.clone()),
            until,
        };
        self.kept.insert(hash, kept);
        answer
    }
}

/// Questions that are being asked, so that nobody asks the same one beside them, each with how many wait for it.
#[derive(Default)]
struct Flights(Mutex<HashMap<Hash, (Cell, usize)>>);

/// A place in one: whoever is there first asks, and should he go away, the next one does.
struct Flight<'a> {
    flights: &'a Flights,
    hash: Hash,
    cell: Cell,
}

impl Flights {
    fn board(&self, hash: Hash) -> Flight<'_> {
        let mut flights = self.0.lock();
        let (cell, aboard) = flights.entry(hash).or_default();
        *aboard += 1;
        Flight {
            flights: self,
            hash,
            cell: Arc::clone(cell),
        }
    }
}

impl Flight<'_> {
    /// Takes on nobody any more: what comes later is a new question.
    fn land(&self) {
        self.flights.0.lock().remove(&self.hash);
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        let mut flights = self.flights.0.lock();
        let Entry::Occupied(mut there) = flights.entry(self.hash) else {
            return;
        };
        let (cell, aboard) = there.get_mut();
        // One that landed may have been followed by another.
        if !Arc::ptr_eq(cell, &self.cell) {
            return;
        }
        *aboard -= 1;
        // Nobody is left to ask. The cell's owners do not tell: whoever has left may own it for a moment longer.
        if *aboard == 0 {
            there.remove();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::future::join_all;
    use tokio::time::{advance, sleep};

    use super::*;
    use crate::clock::stepped;
    use crate::principal::Principal;

    /// An issuer of which every question takes a second.
    struct Issuer {
        answers: Answers,
        asked: AtomicUsize,
    }

    impl Issuer {
        fn new() -> Self {
            Self {
                answers: Answers::new(),
                asked: AtomicUsize::new(0),
            }
        }

        async fn of(&self, token: &str) -> Answer {
            let ask = async {
                self.asked.fetch_add(1, Ordering::Relaxed);
                sleep(Duration::from_secs(1)).await;
                match token.split('-').next() {
                    Some("good") => Ok(Verified {
                        principal: Principal::new("test", token),
                        expires: None,
                    }),
                    Some("away") => Err(Rejected::Unavailable("away".into())),
                    _ => Err(Rejected::NotMine("unknown".into())),
                }
            };
            self.answers.of(token, ask).await
        }

        fn asked(&self) -> usize {
            self.asked.load(Ordering::Relaxed)
        }

        fn in_flight(&self) -> usize {
            self.answers.flights.0.lock().len()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn one_asks_for_all_that_bring_the_same_token() {
        for token in ["good", "bad", "away"] {
            let issuer = Issuer::new();
            let answers = join_all((0..100).map(|_| issuer.of(token))).await;
            assert!(answers.iter().all(|it| it.is_ok() == (token == "good")));
            assert_eq!((issuer.asked(), issuer.in_flight()), (1, 0), "{token}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_next_one_asks_where_the_first_has_gone_away() {
        let issuer = Issuer::new();
        let first = async {
            tokio::select! {
                _ = issuer.of("good") => unreachable!("it takes a second"),
                () = sleep(Duration::from_millis(500)) => {}
            }
        };
        let second = async {
            sleep(Duration::from_millis(100)).await;
            issuer.of("good").await
        };
        let ((), answer) = tokio::join!(first, second);
        assert!(answer.is_ok());
        assert_eq!((issuer.asked(), issuer.in_flight()), (2, 0));
        // And where all have gone, nothing is left behind.
        tokio::select! {
            _ = issuer.of("other") => unreachable!("it takes a second"),
            () = sleep(Duration::from_millis(500)) => {}
        }
        assert_eq!(issuer.in_flight(), 0);
    }

    #[test]
    fn a_question_goes_with_the_last_who_waits_for_it() {
        let flights = Flights::default();
        let (one, other) = (flights.board([0; 32]), flights.board([0; 32]));
        // What a thread has of a question for a moment after it has left.
        let leaving = Arc::clone(&one.cell);
        drop(one);
        assert_eq!(flights.0.lock().len(), 1);
        drop(other);
        assert_eq!(flights.0.lock().len(), 0);
        drop(leaving);
        let landed = flights.board([0; 32]);
        landed.land();
        let next = flights.board([0; 32]);
        drop(landed);
        assert_eq!(flights.0.lock().len(), 1, "it is another question's");
        drop(next);
        assert_eq!(flights.0.lock().len(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn tokens_that_nobody_knows_wear_out_their_budget_and_no_one_elses() {
        let issuer = Issuer::new();
        assert!(issuer.of("good").await.is_ok());
        advance(Duration::from_secs(61)).await;
        for number in 0..200 {
            assert!(issuer.of(&format!("bad-{number}")).await.is_err());
        }
        let asked = issuer.asked();
        // Each takes a second, and a second is what brings one back.
        assert!((200..=201).contains(&asked), "{asked}");
        let flood = (0..1000).map(|number| async move { format!("bad-again-{number}") });
        let tokens = join_all(flood).await;
        let answers = join_all(tokens.iter().map(|token| issuer.of(token))).await;
        let asked = issuer.asked() - asked;
        assert!(asked <= 100, "{asked}");
        let away = |answer: &Answer| matches!(answer, Err(Rejected::Unavailable(_)));
        assert!(answers.iter().filter(|it| away(it)).count() >= 900);
        // A token that held before is asked about all the same; a new one is not, for a while.
        let asked = issuer.asked();
        assert!(issuer.of("good").await.is_ok());
        assert!(away(&issuer.of("good-and-new").await));
        assert_eq!(issuer.asked(), asked + 1);
        advance(Duration::from_secs(60)).await;
        assert!(issuer.of("good-and-new").await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn an_issuer_that_fails_five_times_is_left_alone_for_five_seconds() {
        let issuer = Issuer::new();
        for number in 0..20 {
            let answer = issuer.of(&format!("away-{number}")).await;
            assert!(matches!(answer, Err(Rejected::Unavailable(_))));
        }
        assert_eq!(
            (issuer.asked(), issuer.answers.health()),
            (5, Health::Degraded)
        );
        advance(Duration::from_secs(5)).await;
        // One tries; while it does, and after it failed, nobody else.
        join_all((0..20).map(|_| issuer.of("away"))).await;
        let tokens: Vec<_> = (0..20).map(|number| format!("away-{number}")).collect();
        join_all(tokens.iter().map(|token| issuer.of(token))).await;
        assert_eq!(issuer.asked(), 6);
        advance(Duration::from_secs(5)).await;
        assert!(issuer.of("good").await.is_ok());
        assert_eq!(issuer.answers.health(), Health::Ready);
        assert!(issuer.of("good-too").await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_ends_on_the_wall_clock() {
        let mut issuer = Issuer::new();
        issuer.answers.clock = stepped::clock();
        assert!(issuer.of("good").await.is_ok());
        stepped::step(61);
        assert!(issuer.of("good").await.is_ok());
        assert_eq!(issuer.asked(), 2);
    }
}
