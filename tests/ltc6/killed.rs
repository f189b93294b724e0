//! The program killed while answers come in: every thanked answer is there, no code is used without its answer, none twice.

use std::sync::atomic::{AtomicUsize, Ordering};

use common_ground::installation::{self, DEMO_DAY};
use common_ground::ltc6::campaign::Stratum;
use common_ground::schema::{ltc6_box, ltc6_responses, ltc6_turnout};
use diesel::prelude::*;

use super::asked::asked;
use crate::harness::{Engine, TestPortal, today};
use crate::served::{Server, first_line};

/// How often it is killed.
const ROUNDS: usize = 10;
/// People who answer at once.
const AT_ONCE: usize = 8;
/// People each of them answers for before a kill must have come.
const EACH: usize = 6;

fn killed_ten_times(engine: Engine) {
    let portal = TestPortal::new(engine);
    let day = today().to_string();
    portal.write(|conn| installation::set(conn, DEMO_DAY, &day));
    let asked = asked(&portal, &[(Stratum::Low, ROUNDS * AT_ONCE * EACH)]);
    let mut thanked: Vec<String> = Vec::new();
    for round in 0..ROUNDS {
        let mut server = Some(Server::start(&portal, &day));
        let address = server.as_ref().unwrap().address.clone();
        let count = AtomicUsize::new(0);
        let of_round: Vec<String> = std::thread::scope(|scope| {
            let (address, asked, count) = (&address, &asked, &count);
            let threads: Vec<_> = (0..AT_ONCE)
                .map(|thread| {
                    scope.spawn(move || {
                        let first = (round * AT_ONCE + thread) * EACH;
                        let each = asked.codes[first..first + EACH].iter();
                        let sent = each.filter(|(_, code, _)| {
                            let form = format!("q1=3&improve_text=Round+{round}&code={}", code.plain());
                            let answer = Server::send(address, "", "/ltc6/all", &form).map(first_line);
                            let is_thanked = answer.is_ok_and(|line| line.starts_with("HTTP/1.1 303"));
                            count.fetch_add(usize::from(is_thanked), Ordering::SeqCst);
                            is_thanked
                        });
                        sent.map(|(_, _, invitation)| invitation.clone()).collect::<Vec<_>>()
                    })
                })
                .collect();
            // Killed at another moment each round, with answers on their way.
            let enough = 3 + round * 3;
            while count.load(Ordering::SeqCst) < enough {
                std::thread::yield_now();
            }
            server.take().unwrap().kill();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        thanked.extend(of_round);
        let (used, sealed, opened) = portal.read(|conn| {
            let used: Vec<String> = ltc6_turnout::table.select(ltc6_turnout::invitation).load(conn)?;
            let sealed: i64 = ltc6_box::table.count().get_result(conn)?;
            let opened: i64 = ltc6_responses::table.count().get_result(conn)?;
            Ok((used, sealed, opened))
        });
        let lost: Vec<&String> = thanked.iter().filter(|invitation| !used.contains(invitation)).collect();
        assert!(lost.is_empty(), "round {round}: {} thanked answers are lost", lost.len());
        assert_eq!(
            i64::try_from(used.len()).unwrap(),
            sealed + opened,
            "round {round}: a code and its answer"
        );
    }
    assert!(thanked.len() >= 10 * 3, "{} were thanked", thanked.len());
}

#[test]
fn killed_ten_times_no_thanked_answer_is_lost_on_sqlite() {
    killed_ten_times(Engine::Sqlite);
}

#[test]
fn killed_ten_times_no_thanked_answer_is_lost_on_postgres() {
    killed_ten_times(Engine::Postgres);
}
