//! The program itself, killed within a decision and its application, at each of their writes, and right after: the
//! petition, the placement, the ledger and the audit trail say both or neither.

use std::time::{Duration, Instant};

use common_ground::audit::Verb;
use common_ground::database::{Address, Conn};
use common_ground::installation::{self, DEMO_DAY};
use common_ground::petitions::life::State;
use common_ground::schema::{
    audit_entries, audit_subjects, outgoing_mail, petition_batches, petition_decisions, petition_events,
    petitions, used_keys,
};
use diesel::connection::SimpleConnection;
use diesel::sql_types::BigInt;

use super::together::{chosen, three};
use super::*;
use crate::served::{Server, first_line};

/// Longer than any of this takes.
const FOR_EVER: Duration = Duration::from_secs(60);
/// No write of the server's but the one that stands still holds the database for so long.
const A_WHILE: Duration = Duration::from_millis(100);

const APPROVED: Verb = Verb::PetitionApproved;
const APPLIED: Verb = Verb::PetitionApplied;

/// The writes of a decision that is applied at once, in their order.
const OF_A_DECISION: &[(&str, &str)] = &[
    ("used_keys", "INSERT"),
    ("current_runs", "UPDATE"),
    ("petitions", "UPDATE"),
    ("petition_decisions", "INSERT"),
    ("petition_events", "INSERT"),
    ("audit_entries", "INSERT"),
    ("holds", "INSERT"),
    ("former_placements", "INSERT"),
    ("placements", "UPDATE"),
    ("run_counts", "UPDATE"),
    ("movements", "INSERT"),
    ("outgoing_mail", "INSERT"),
    ("used_keys", "UPDATE"),
];
/// Those of an application on its date.
const OF_AN_APPLICATION: &[(&str, &str)] = &[
    ("petitions", "UPDATE"),
    ("holds", "INSERT"),
    ("former_placements", "INSERT"),
    ("placements", "UPDATE"),
    ("run_counts", "UPDATE"),
    ("movements", "INSERT"),
    ("petition_events", "INSERT"),
    ("audit_entries", "INSERT"),
];

/// Asks again and again until it is so.
fn until(mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < FOR_EVER, "it never came");
    }
}

/// A write that stands still: the server that does it waits in the middle of its transaction.
struct Still(Conn);

impl Still {
    fn at(portal: &TestPortal, (table, event): (&str, &str)) -> Still {
        let mut conn = match portal.database.address() {
            Address::Sqlite(file) => {
                Conn::Sqlite(diesel::SqliteConnection::establish(&file.to_string_lossy()).unwrap())
            }
            Address::Postgres(url) => Conn::Postgres(diesel::PgConnection::establish(url).unwrap()),
        };
        let sqlite = conn.is_sqlite();
        let held = match sqlite {
            true => format!(
                "PRAGMA busy_timeout = 0;
                 CREATE VIEW without_end AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n;
                 CREATE TRIGGER still AFTER {event} ON {table} BEGIN SELECT count(*) FROM without_end; END;"
            ),
            false => format!(
                "SELECT pg_advisory_lock(1, hashtext(current_schema()));
                 CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN PERFORM pg_advisory_xact_lock(1, hashtext(current_schema())); RETURN NULL; END $$;
                 CREATE TRIGGER still AFTER {event} ON {table} FOR EACH ROW EXECUTE FUNCTION wait();"
            ),
        };
        let begun = Instant::now();
        while let Err(error) = conn.batch_execute(&held) {
            assert!(sqlite && begun.elapsed() < FOR_EVER, "{table} {event}: {error}");
        }
        Still(conn)
    }

    /// Waits until a server stands still.
    fn reached(&mut self) {
        #[derive(QueryableByName)]
        struct Waiting {
            #[diesel(sql_type = BigInt)]
            those: i64,
        }
        if !self.0.is_sqlite() {
            let waiting = "SELECT count(*) AS those FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
                AND classid = 1 AND objid::bigint = hashtext(current_schema())::bigint & 4294967295";
            let conn = &mut self.0;
            return until(|| diesel::sql_query(waiting).get_result::<Waiting>(conn).unwrap().those > 0);
        }
        let mut since = Instant::now();
        until(|| {
            if self.0.batch_execute("BEGIN IMMEDIATE; ROLLBACK;").is_ok() {
                since = Instant::now();
            }
            since.elapsed() > A_WHILE
        });
    }

    /// Lets go: nothing stands still any more.
    fn end(mut self) {
        let ended = match self.0.is_sqlite() {
            true => "DROP TRIGGER still; DROP VIEW without_end;",
            // The killed server's end of the line runs on to its next word, finds nobody there, and undoes it all.
            false => "SELECT pg_advisory_unlock_all(); DROP FUNCTION wait() CASCADE;",
        };
        self.0.batch_execute(ended).unwrap();
    }
}

/// All that says where a petition and its person stand.
#[derive(Debug, PartialEq)]
struct Picture {
    state: State,
    is_applied: bool,
    stands: (Option<String>, bool, String),
    ledger: Vec<(Option<String>, Option<String>)>,
    holds: i64,
    decisions: i64,
    events: i64,
    keys: i64,
    letters: i64,
    /// What the audit trail says was done with it.
    audited: Vec<Verb>,
}

fn picture(portal: &TestPortal, path: &str) -> Picture {
    let reference = path.rsplit('/').next().unwrap().to_owned();
    let (ledger, stands) = (ledger(portal, path), stands(portal, HEALTHY));
    portal.read(|conn| {
        let (id, state, applied_on): (i64, State, Option<chrono::NaiveDate>) = petitions::table
            .filter(petitions::reference.eq(&reference))
            .select((petitions::id, petitions::state, petitions::applied_on))
            .first(conn)?;
        let done = [APPROVED, APPLIED];
        Ok(Picture {
            state,
            is_applied: applied_on.is_some(),
            stands,
            ledger,
            holds: holds::table.filter(holds::reference.eq(&reference)).count().get_result(conn)?,
            decisions: petition_decisions::table
                .filter(petition_decisions::petition_id.eq(id))
                .count()
                .get_result(conn)?,
            events: petition_events::table
                .filter(petition_events::petition_id.eq(id))
                .count()
                .get_result(conn)?,
            keys: used_keys::table.count().get_result(conn)?,
            letters: outgoing_mail::table.count().get_result(conn)?,
            audited: audit_entries::table
                .inner_join(audit_subjects::table.on(audit_subjects::entry_id.eq(audit_entries::id)))
                .filter(audit_subjects::reference.eq(&reference))
                .filter(audit_entries::verb.eq_any(done))
                .order(audit_entries::id)
                .select(audit_entries::verb)
                .load(conn)?,
        })
    })
}

impl Picture {
    /// Decided and applied, each once.
    fn assert_moved_once(&self, before: &Picture) {
        let moved = (Some("HEALTHY_75".to_owned()), Some("SEMI".to_owned()));
        assert_eq!((self.state, self.is_applied), (State::Approved, true), "{self:?}");
        assert_eq!(self.stands, (Some("SEMI".into()), false, "petition".into()));
        assert_eq!((&self.ledger, self.holds, self.decisions), (&vec![moved], 1, 1));
        assert_eq!(self.audited, [APPROVED, APPLIED]);
        assert_eq!(self.events, before.events + 2);
    }
}

/// A petition that is under review, in a database the program takes for a demo's.
async fn under_review(portal: &TestPortal) -> (Parties, String) {
    portal.write(|conn| installation::set(conn, DEMO_DAY, "2015-04-01"));
    let mut all = Parties::of(portal).await;
    let path = submitted(portal, &mut all.gp).await;
    opined(&mut all.first, &mut all.second, &path).await;
    portal.work().await;
    (all, path)
}

/// The form of an approval with effect on a day of April 2015, as a browser sends it.
async fn approval(commissioner: &mut Browser, decide: &str, day: &str) -> String {
    let shown = commissioner.get(decide).await;
    let (key, version) = (shown.field("key"), shown.field("version"));
    format!(
        "key={key}&version={version}&choice=grant&grant_code=case_accepted&grant_words=Agreed.\
         &effective_day={day}&effective_month=4&effective_year=2015&review_day=1&review_month=4&review_year=2016"
    )
}

on_both! {
    async fn a_server_killed_anywhere_in_a_decision_leaves_it_and_its_application_or_neither(portal) {
        let portal = cared_for(portal);
        let (mut all, path) = under_review(&portal).await;
        let decide = format!("{path}/decide");
        let form = approval(&mut all.commissioner, &decide, "1").await;
        let (cookie, before) = (all.commissioner.cookie(), picture(&portal, &path));
        for write in OF_A_DECISION {
            let mut still = Still::at(&portal, *write);
            let server = Server::start(&portal, "2015-04-01");
            let answer = server.post(&cookie, &decide, &form);
            still.reached();
            server.kill();
            assert_eq!(first_line(answer), "", "{write:?}: nobody was told it is done");
            assert_eq!(picture(&portal, &path), before, "{write:?}");
            still.end();
        }
        // The same form at last: killed as soon as anybody can see it, told or not.
        let server = Server::start(&portal, "2015-04-01");
        let answer = server.post(&cookie, &decide, &form);
        until(|| picture(&portal, &path).state != before.state);
        server.kill();
        drop(answer);
        picture(&portal, &path).assert_moved_once(&before);
        assert_figures_agree(&portal, "LOC01");
        // Whoever was not told sends it again.
        let server = Server::start(&portal, "2015-04-01");
        let again = first_line(server.post(&cookie, &decide, &form));
        assert!(again.contains("303"), "{again}");
        server.kill();
        picture(&portal, &path).assert_moved_once(&before);
    }
}

on_both! {
    async fn a_server_killed_anywhere_in_an_application_leaves_all_of_it_or_nothing(portal) {
        let portal = cared_for(portal);
        let (mut all, path) = under_review(&portal).await;
        let decide = format!("{path}/decide");
        let form = approval(&mut all.commissioner, &decide, "8").await;
        let before = picture(&portal, &path);
        let server = Server::start(&portal, "2015-04-01");
        let answer = server.post(&all.commissioner.cookie(), &decide, &form);
        until(|| picture(&portal, &path).state != before.state);
        server.kill();
        drop(answer);
        let decided = picture(&portal, &path);
        assert_eq!((decided.state, decided.is_applied), (State::Approved, false));
        assert_eq!((&decided.stands, decided.ledger.len(), decided.holds), (&before.stands, 0, 0));
        assert_eq!(decided.audited, [APPROVED]);
        portal.work().await;
        assert_eq!(picture(&portal, &path), decided, "its date has not come");
        for write in OF_AN_APPLICATION {
            let mut still = Still::at(&portal, *write);
            let server = Server::start(&portal, "2015-04-08");
            still.reached();
            server.kill();
            assert_eq!(picture(&portal, &path), decided, "{write:?}");
            still.end();
        }
        let server = Server::start(&portal, "2015-04-08");
        until(|| picture(&portal, &path).is_applied);
        server.kill();
        picture(&portal, &path).assert_moved_once(&before);
        assert_figures_agree(&portal, "LOC01");
        portal.on("2015-04-08").work().await;
        picture(&portal, &path).assert_moved_once(&before);
    }
}

on_both! {
    async fn a_server_killed_in_a_batch_passes_over_none_in_silence(portal) {
        let portal = cared_for(portal);
        portal.write(|conn| installation::set(conn, DEMO_DAY, "2015-04-01"));
        let mut all = Parties::of(&portal).await;
        let [path, _, _] = three(&portal, &mut all).await;
        let page = all.commissioner.get("/petitions/together").await;
        let ready = chosen(&page);
        let said = [("key", &*page.field("key")), ("words", "Agreed"), ("reason_code", "case_accepted"),
            ("petition", &*ready[0]), ("petition", &*ready[1])];
        let sure = all.commissioner.post("/petitions/together", &said).await;
        let mut fields = vec![("key", sure.field("key")), ("sure", "yes".into())];
        fields.extend(said[1..].iter().map(|(name, value)| (*name, (*value).to_owned())));
        let form = fields.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
        let mut still = Still::at(&portal, ("movements", "INSERT"));
        let server = Server::start(&portal, "2015-04-01");
        let answer = server.post(&all.commissioner.cookie(), "/petitions/together", &form);
        let begun = petition_batches::table.filter(petition_batches::left_out.ne("")).count();
        until(|| portal.read(|conn| Ok(begun.get_result::<i64>(conn)?)) == 1);
        still.reached();
        server.kill();
        assert_eq!(first_line(answer), "");
        still.end();
        assert_eq!((ledger(&portal, &path).len(), stands(&portal, HEALTHY).2), (0, "run".into()));
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, &**value)).collect();
        let again = all.commissioner.post("/petitions/together", &fields).await;
        assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.text());
        let batch = all.commissioner.get(again.location()).await.text();
        assert!(batch.contains("0 petitions approved, 2 left out"), "{batch}");
        assert!(batch.contains("The service stopped before it came to this one"), "{batch}");
    }
}
