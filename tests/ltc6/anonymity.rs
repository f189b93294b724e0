//! An attacker with the whole database, its system columns and the files beside it, before and after boxes are opened:
//! who said what must not come out better than by chance.

use std::collections::BTreeMap;
use std::path::Path;

use common_ground::database::Conn;
use common_ground::ltc6::ballot::open;
use common_ground::ltc6::campaign::{Campaign, State, Stratum};
use common_ground::ltc6::clockwork;
use common_ground::schema::{campaigns, ltc6_comments, ltc6_responses};
use diesel::prelude::*;
use diesel::sql_types::Text;
use rand::seq::SliceRandom;

use super::asked::{Asked, another, asked};
use crate::harness::TestPortal;
use crate::on_both;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn lines(portal: &TestPortal, sqlite: &str, postgres: &str) -> Vec<String> {
    let rows: Vec<Line> = portal.read(|conn| {
        Ok(match conn {
            Conn::Sqlite(inner) => diesel::sql_query(sqlite).load(inner)?,
            Conn::Postgres(inner) => diesel::sql_query(postgres).load(inner)?,
        })
    });
    rows.into_iter().map(|row| row.line).collect()
}

/// Every row of every table as text, in the order the engine gives them.
fn dump(portal: &TestPortal) -> BTreeMap<String, Vec<String>> {
    let tables = lines(
        portal,
        "SELECT name AS line FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_stat%'",
        "SELECT table_name::text AS line FROM information_schema.tables WHERE table_schema = current_schema()",
    );
    let of = |table: &String| {
        let columns = lines(
            portal,
            &format!("SELECT group_concat('quote(\"' || name || '\")', ' || '','' || ') AS line FROM pragma_table_info('{table}')"),
            "SELECT '' AS line",
        )
        .concat();
        lines(
            portal,
            &format!("SELECT {columns} AS line FROM \"{table}\""),
            &format!("SELECT xmin::text || xmax::text || ctid::text || t::text AS line FROM \"{table}\" t"),
        )
    };
    tables.iter().map(|table| (table.clone(), of(table))).collect()
}

/// All bytes of the files beside the database, its own among them; the keys folder is kept apart, as it is in service.
fn files(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true if path.ends_with("keys") => {}
            true => all.extend(files(&path)),
            false => all.extend(std::fs::read(&path).unwrap()),
        }
    }
    all
}

fn place(bytes: &[u8], text: &str) -> Option<usize> {
    bytes.windows(text.len()).position(|window| window == text.as_bytes())
}

/// Somebody who answered: their invitation, and words nobody else wrote.
struct Answered {
    invitation: String,
    said: String,
}

/// All but some of the asked answer, in an order of chance, each with words of their own.
async fn answer(portal: &TestPortal, asked: &Asked, leave_out: usize) -> Vec<Answered> {
    let mut order: Vec<usize> = (0..asked.codes.len()).collect();
    order.shuffle(&mut rand::rng());
    order.truncate(asked.codes.len() - leave_out);
    let mut answered = Vec::new();
    for at in order {
        let said = format!("Marked-{}", common_ground::keys::random_reference());
        let mut patient = portal.stranger().await;
        patient.post("/ltc6", &[("code", &asked.code(at))]).await;
        let sent = patient.post("/ltc6/all", &[("q1", "2"), ("improve_text", &said)]).await;
        assert_eq!(sent.location(), "/ltc6/thanks");
        answered.push(Answered { invitation: asked.codes[at].2.clone(), said });
    }
    answered
}

/// Where each text stands in a list; those that do not are left out.
fn ranks<'a>(list: &[String], texts: impl Iterator<Item = &'a str>) -> Vec<(usize, usize)> {
    let found = texts
        .enumerate()
        .filter_map(|(at, text)| Some((at, list.iter().position(|line| line.contains(text))?)));
    found.collect()
}

/// The attacker lays two orders beside each other and guesses that the n-th of one is the n-th of the other. How many
/// of the guesses are right: about one by chance, however many there are.
fn guessed(people: &[(usize, usize)], answers: &[(usize, usize)]) -> usize {
    let by_place = |pairs: &[(usize, usize)]| {
        let mut pairs = pairs.to_vec();
        pairs.sort_by_key(|(_, place)| *place);
        pairs.into_iter().map(|(who, _)| who).collect::<Vec<_>>()
    };
    let (people, answers) = (by_place(people), by_place(answers));
    let ahead = people.iter().zip(&answers).filter(|(person, answer)| person == answer).count();
    let behind = people.iter().rev().zip(&answers).filter(|(person, answer)| person == answer).count();
    ahead.max(behind)
}

/// More right guesses than this do not happen by chance: once in some hundred thousand.
const BY_CHANCE: usize = 9;

/// Rows of the two tables in the order of the transactions that wrote them and of their places.
const TURNOUT: (&str, &str) = (
    "SELECT invitation AS line FROM ltc6_turnout",
    "SELECT invitation AS line FROM ltc6_turnout ORDER BY xmin::text::bigint, ctid",
);
const COMMENTS: (&str, &str) = (
    "SELECT text AS line FROM ltc6_comments",
    "SELECT text AS line FROM ltc6_comments ORDER BY xmin::text::bigint, ctid",
);
const BOX: (&str, &str) = (
    "SELECT hex(sealed) AS line FROM ltc6_box",
    "SELECT encode(sealed, 'hex') AS line FROM ltc6_box ORDER BY xmin::text::bigint, ctid",
);

on_both! {
    async fn an_answer_is_written_into_two_tables_and_nowhere_else(portal) {
        let asked = asked(&portal, &[(Stratum::Low, 3)]);
        let before = dump(&portal);
        answer(&portal, &asked, 2).await;
        let after = dump(&portal);
        let changed: Vec<&String> = after.keys().filter(|table| before[*table] != after[*table]).collect();
        let written = ["ltc6_box", "ltc6_turnout"];
        // PostgreSQL notes on the campaign's row who kept it open last, and on no other.
        let expected: Vec<&str> = match portal.read(|conn| Ok(conn.is_sqlite())) {
            true => written.to_vec(),
            false => [&["campaigns"], &written[..]].concat(),
        };
        assert_eq!(changed, expected);
    }
}

on_both! {
    async fn nobody_with_the_database_can_tell_who_said_what(portal) {
        let asked = asked(&portal, &[(Stratum::Low, 45), (Stratum::High, 38)]);
        let answered = answer(&portal, &asked, 9).await;
        let people = |place: &[String]| ranks(place, answered.iter().map(|one| one.invitation.as_str()));
        let said = |place: &[String]| ranks(place, answered.iter().map(|one| one.said.as_str()));

        // Sealed: who answered can be read, and which row of the box is theirs; not a word of what is in it.
        let of = |(sqlite, postgres): (&str, &str)| lines(&portal, sqlite, postgres);
        assert_eq!(people(&of(TURNOUT)).len(), answered.len());
        let sealed = of(BOX);
        assert_eq!(sealed.len(), answered.len());
        assert!(sealed.iter().all(|row| row.len() == sealed[0].len()), "all of one length");
        let whole: String = dump(&portal).into_values().flatten().collect();
        let bytes = files(portal.folder());
        for one in &answered {
            assert!(!whole.contains(&one.said) && place(&bytes, &one.said).is_none(), "sealed words stand somewhere");
        }
        control(&portal, &answered);

        // Opened in part: ten or more of each level stay in the box.
        open::open_ready(&portal.tools).unwrap();
        let (left, opened) = (of(BOX).len(), of(COMMENTS).len());
        assert!(opened >= 40 && opened % 10 == 0 && left == answered.len() - opened, "{opened} opened, {left} left");
        attack(&portal, &answered, &people(&of(TURNOUT)), &said(&of(COMMENTS)));
        let opened_boxes: Vec<&String> = sealed.iter().filter(|row| !of(BOX).contains(row)).collect();
        gone(&portal, &opened_boxes);

        // Counted: the key is gone, and everybody's answer is there.
        let over = portal.on("2027-02-01");
        clockwork::tend(&over.tools).unwrap();
        let campaign: Campaign = portal.read(|conn| Campaign::by_id(conn, asked.campaign.id));
        assert_eq!((campaign.state, campaign.key_destroyed), (State::Counted, true));
        assert_eq!(of(BOX).len(), 0);
        assert_eq!(said(&of(COMMENTS)).len(), answered.len());
        attack(&portal, &answered, &people(&of(TURNOUT)), &said(&of(COMMENTS)));
        same_transaction(&portal);
        gone(&portal, &sealed.iter().collect::<Vec<_>>());
    }
}

/// That the attacker can read an order where there is one: the rows of the box before it is opened.
fn control(portal: &TestPortal, answered: &[Answered]) {
    if portal.read(|conn| Ok(conn.is_sqlite())) {
        return;
    }
    let turnout = lines(portal, TURNOUT.0, TURNOUT.1);
    let order = ranks(&turnout, answered.iter().map(|one| one.invitation.as_str()));
    let arrival: Vec<(usize, usize)> = (0..answered.len()).map(|at| (at, at)).collect();
    assert_eq!(
        guessed(&order, &arrival),
        answered.len(),
        "before the box is opened xmin tells the order of arrival"
    );
}

/// By the engine's own order, by places in the files, and by time of arrival.
fn attack(portal: &TestPortal, answered: &[Answered], people: &[(usize, usize)], said: &[(usize, usize)]) {
    let opened: Vec<usize> = said.iter().map(|(who, _)| *who).collect();
    let people: Vec<(usize, usize)> =
        people.iter().filter(|(who, _)| opened.contains(who)).copied().collect();
    let arrival: Vec<(usize, usize)> = opened.iter().map(|who| (*who, *who)).collect();
    assert!(guessed(&people, said) <= BY_CHANCE, "rows of people and of answers stand in one order");
    assert!(guessed(&arrival, said) <= BY_CHANCE, "answers stand in the order of arrival");
    assert!(guessed(&arrival, &people) <= BY_CHANCE, "people stand in the order of arrival");
    let bytes = files(portal.folder());
    let in_files = |text: &str, who: usize| Some((who, place(&bytes, text)?));
    let written: Vec<_> = opened.iter().filter_map(|who| in_files(&answered[*who].said, *who)).collect();
    let named: Vec<_> = opened.iter().filter_map(|who| in_files(&answered[*who].invitation, *who)).collect();
    if portal.read(|conn| Ok(conn.is_sqlite())) {
        assert_eq!(written.len(), opened.len(), "opened words stand in the file");
    }
    assert!(guessed(&arrival, &written) <= BY_CHANCE, "the file keeps the order of arrival");
    assert!(guessed(&named, &written) <= BY_CHANCE, "the file keeps people and answers in one order");
}

/// After a box is opened, no row of turnout says by which transaction it first came.
fn same_transaction(portal: &TestPortal) {
    if portal.read(|conn| Ok(conn.is_sqlite())) {
        return;
    }
    let of = |table: &str| lines(portal, "", &format!("SELECT DISTINCT xmin::text AS line FROM {table}"));
    assert_eq!(of("ltc6_turnout").len(), 1);
    assert_eq!(of("ltc6_comments").len(), 1);
    let batches = of("ltc6_responses");
    let sizes = lines(portal, "", "SELECT count(*)::text AS line FROM ltc6_responses GROUP BY xmin::text");
    assert!(sizes.iter().all(|size| size.parse::<i64>().unwrap() >= 10), "{batches:?} {sizes:?}");
}

/// Sealed rows that were opened stand nowhere any longer: neither in free pages nor in the log.
fn gone(portal: &TestPortal, sealed: &[&String]) {
    let bytes = files(portal.folder());
    for row in sealed {
        let middle: Vec<u8> =
            (2_000..2_032).map(|at| u8::from_str_radix(&row[2 * at..2 * at + 2], 16).unwrap()).collect();
        assert!(!bytes.windows(32).any(|window| window == middle), "an opened row is still in a file");
    }
}

on_both! {
    async fn a_level_with_few_answers_is_told_without_its_level_and_under_ten_in_all_never_open(portal) {
        let asked = asked(&portal, &[(Stratum::Low, 4), (Stratum::Medium, 12), (Stratum::High, 11)]);
        answer(&portal, &asked, 0).await;
        assert_eq!(open::open_ready(&portal.tools).unwrap(), 0, "twenty of a level do not wait");
        clockwork::tend(&portal.on("2027-02-01").tools).unwrap();
        let levels: Vec<Option<Stratum>> = portal.read(|conn| Ok(ltc6_responses::table.select(ltc6_responses::level).load(conn)?));
        let count = |level| levels.iter().filter(|told| **told == level).count();
        assert_eq!((count(None), count(Some(Stratum::High)), levels.len()), (16, 11, 27));

        let maker = portal.read(|conn| Ok(campaigns::table.select(campaigns::created_by).first::<i64>(conn)?));
        let few = another(&portal, maker, "FEW", crate::harness::today(), &[(Stratum::Low, 9)]);
        answer(&portal, &few, 0).await;
        clockwork::tend(&portal.on("2027-02-01").tools).unwrap();
        let of_few = portal.read(|conn| {
            let here = ltc6_responses::table.filter(ltc6_responses::campaign_id.eq(few.campaign.id));
            Ok(here.count().get_result::<i64>(conn)?)
        });
        assert_eq!(of_few, 0);
        let texts: i64 = portal.read(|conn| Ok(ltc6_comments::table.count().get_result(conn)?));
        assert_eq!(texts, 27);
    }
}
