//! Files into the database, by the functions that the command line and the jobs share.

use std::fs;
use std::path::PathBuf;

use chrono::NaiveDate;
use common_ground::access::Role;
use common_ground::audit::Actor;
use common_ground::error::Error;
use common_ground::imports::kind::Kind;
use common_ground::imports::lines::Limits;
use common_ground::imports::problem::{Code, Problem};
use common_ground::imports::store::{self, NewImport};
use common_ground::imports::work::{self, Loaded, Problems, Report, Work};
use common_ground::people::register::{self, Lease};
use common_ground::people::store::add_people;
use common_ground::schema::{
    audit_entries, care_agreements, imports, localities, memberships, network_members, organisations,
    outgoing_mail, people, person_contacts, person_records, register_state, risk_scores, users,
};
use diesel::prelude::*;

use crate::harness::TestPortal;
use crate::on_both;

/// The good samples in the order in which they are loaded, and how many rows each has.
const GOOD: [(Kind, &str, u64); 9] = [
    (Kind::Localities, "good-localities.csv", 2),
    (Kind::Organisations, "good-organisations.csv", 16),
    (Kind::NetworkMembers, "good-network-members.csv", 10),
    (Kind::CareAgreements, "good-care-agreements.csv", 20),
    (Kind::Users, "good-users.csv", 18),
    (Kind::People, "good-people.csv", 64),
    (Kind::RiskScores, "good-risk-scores.csv", 10),
    (Kind::LevelOfNeed, "good-level-of-need.csv", 5),
    (Kind::People, "good-people-contact.csv", 10),
];

#[derive(Default)]
struct All(Vec<Problem>);

impl Problems for All {
    fn add(&mut self, problems: Vec<Problem>) -> Result<(), Error> {
        self.0.extend(problems);
        Ok(())
    }

    fn only(&mut self, problem: Problem) -> Result<(), Error> {
        self.0 = vec![problem];
        Ok(())
    }
}

/// A file of a test's own, written into the portal's folder.
fn written(portal: &TestPortal, text: &str) -> PathBuf {
    let file = portal.folder().join("import.csv");
    fs::write(&file, text).unwrap();
    file
}

pub fn example(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "examples", name].iter().collect()
}

/// A file as a test imports it.
pub struct Trial<'a> {
    portal: &'a TestPortal,
    kind: Kind,
    file: PathBuf,
    whole: bool,
    pub limits: Limits,
    as_of: NaiveDate,
    may_leave: bool,
}

impl<'a> Trial<'a> {
    pub fn of(portal: &'a TestPortal, kind: Kind, file: PathBuf) -> Self {
        Self {
            portal,
            kind,
            file,
            whole: false,
            limits: Limits::default(),
            as_of: portal.tools.clock.now().today,
            may_leave: false,
        }
    }

    fn with<T>(&self, body: impl FnOnce(&Work<'_>) -> T) -> T {
        let actor = Actor::command_line();
        let tools = &self.portal.tools;
        body(&Work {
            database: &tools.database,
            keys: &tools.keys,
            clock: tools.clock,
            actor: &actor,
            kind: self.kind,
            file: &self.file,
            limits: self.limits,
            as_of: self.as_of,
            is_whole_register: self.whole,
            within: None,
        })
    }

    fn dry_run(&self) -> (Report, Vec<Problem>) {
        let mut all = All::default();
        let report =
            self.with(|work| work::dry_run(work, &mut all, &mut |_, _, _| Ok(true))).unwrap().unwrap();
        (report, all.0)
    }

    /// What checking the file finds.
    pub fn checked(&self) -> Report {
        self.dry_run().0
    }

    /// Whether a load is refused that expects what was found before.
    pub fn refuses(&self, expected: &Report) -> bool {
        let loaded = self.load_expecting(expected, &mut |_, _, _| Ok(true));
        matches!(loaded, Ok(Loaded::Refused(_)) | Err(Error::Refused(_)))
    }

    /// How many errors the file has.
    pub fn errors(&self) -> u64 {
        self.dry_run().0.errors
    }

    fn load_watched(&self, watch: &mut work::Watch<'_>) -> Result<Loaded, Error> {
        self.load_expecting(&self.dry_run().0, watch)
    }

    fn load_expecting(&self, expected: &Report, watch: &mut work::Watch<'_>) -> Result<Loaded, Error> {
        let new = NewImport {
            kind: self.kind,
            file_name: "sample.csv".into(),
            file_bytes: 1,
            file_hash: expected.hash.clone(),
            as_of: self.as_of,
            whole_register: self.whole,
        };
        let reference = store::new_reference();
        self.with(|work| {
            work::load(
                work,
                &reference,
                expected,
                self.may_leave,
                watch,
                &mut |conn, report, register, changed| {
                    let now = work.clock.now().moment;
                    let id = store::add(conn, now, work.actor, &reference, &new)?;
                    store::note_applied(
                        conn,
                        now,
                        work.actor,
                        (&reference, id, work.kind),
                        report,
                        register,
                        changed,
                    )
                },
            )
        })
    }

    pub fn load(&self) -> Report {
        match self.load_watched(&mut |_, _, _| Ok(true)).unwrap() {
            Loaded::Done(report) => report,
            other => panic!("{:?}: {other:?}", self.kind),
        }
    }
}

pub fn load_good(portal: &TestPortal) {
    for (kind, name, rows) in GOOD {
        let report = Trial::of(portal, kind, example(name)).load();
        assert_eq!(report.rows, rows, "{name}");
        if name != "good-people-contact.csv" {
            assert_eq!((report.new, report.changed, report.unchanged), (rows, 0, 0), "{name}");
        }
    }
}

/// How many rows every table has that an import writes, and the published register.
fn counts(portal: &TestPortal) -> Vec<i64> {
    portal.read(|conn| {
        Ok(vec![
            localities::table.count().get_result(conn)?,
            organisations::table.count().get_result(conn)?,
            network_members::table.count().get_result(conn)?,
            care_agreements::table.count().get_result(conn)?,
            users::table.count().get_result(conn)?,
            memberships::table.count().get_result(conn)?,
            person_records::table.count().get_result(conn)?,
            person_contacts::table.count().get_result(conn)?,
            risk_scores::table.count().get_result(conn)?,
            outgoing_mail::table.count().get_result(conn)?,
            register::published(conn)?,
            people::table.count().get_result(conn)?,
        ])
    })
}

on_both! {
    async fn good_files_load_in_their_order_and_again_change_nothing(portal) {
        load_good(&portal);
        let before = counts(&portal);
        assert_eq!(before, [2, 16, 10, 20, 17, 18, 64, 9, 10, 17, 4, 64]);
        for (kind, name, rows) in GOOD {
            let report = Trial::of(&portal, kind, example(name)).load();
            assert_eq!((report.unchanged, report.new, report.changed), (rows, 0, 0), "{name}");
            assert!(portal.read(|conn| store::loaded_before(conn, kind, &report.hash)).is_some(), "{name}");
        }
        assert_eq!(counts(&portal), before);
        let pseudonyms: i64 = portal.read(|conn| Ok(people::table
            .select(diesel::dsl::count(people::pseudonym).aggregate_distinct()).get_result(conn)?));
        assert_eq!(pseudonyms, 64);
    }
}

on_both! {
    async fn bad_files_give_what_stands_beside_them_and_change_nothing(portal) {
        load_good(&portal);
        let before = counts(&portal);
        for (kind, name, _) in GOOD {
            let name = name.replace("good-", "bad-");
            let trial = Trial::of(&portal, kind, example(&name));
            let (report, problems) = trial.dry_run();
            let errors = problems.iter().filter(|problem| problem.code.as_str().starts_with("E_")).count() as u64;
            crate::imports::assert_as_listed(name.trim_start_matches("bad-").trim_end_matches(".csv"), problems);
            assert_eq!(report.errors, errors);
            assert!(matches!(trial.load_watched(&mut |_, _, _| Ok(true)), Ok(Loaded::Refused(_))), "{name}");
        }
        assert_eq!(counts(&portal), before);
    }
}

on_both! {
    async fn a_changed_row_begins_a_new_record_and_ends_the_old_one(portal) {
        load_good(&portal);
        let text = fs::read_to_string(example("good-people.csv")).unwrap();
        let changed = text.replacen("Zoé", "Zoë", 1);
        let report = Trial::of(&portal, Kind::People, written(&portal, &changed)).load();
        assert_eq!((report.new, report.changed, report.unchanged), (0, 1, 63));
        let (versions, published): (Vec<(Option<String>, i64, i64)>, i64) = portal.read(|conn| Ok((
            person_records::table.inner_join(people::table)
                .filter(people::nhs_number.eq("9990001022"))
                .order(person_records::id)
                .select((person_records::given_name, person_records::from_register, person_records::until_register))
                .load(conn)?,
            register::published(conn)?,
        )));
        assert_eq!(versions, [
            (Some("Zoé".into()), 1, published),
            (Some("Zoë".into()), published, register::FOREVER),
        ]);
    }
}

on_both! {
    async fn an_absent_column_leaves_what_is_stored_and_an_opt_out_is_kept_for_ever(portal) {
        load_good(&portal);
        let contacts = |conn: &mut common_ground::database::Conn| -> Result<Vec<(Option<String>, bool)>, Error> {
            Ok(person_contacts::table.filter(person_contacts::until_register.eq(register::FOREVER))
                .order(person_contacts::person_id)
                .select((person_contacts::address, person_contacts::ltc6_opt_out)).load(conn)?)
        };
        let before = portal.read(contacts);
        assert!(before.contains(&(Some("5 Alder Road|Exampletown".into()), true)));
        Trial::of(&portal, Kind::People, example("good-people.csv")).load();
        assert_eq!(portal.read(contacts), before);
        let text = fs::read_to_string(example("good-people-contact.csv")).unwrap();
        let blanked = text.replace("5 Alder Road|Exampletown,ZZ99 1AD,,,,Y,", ",,,,,N,");
        let report = Trial::of(&portal, Kind::People, written(&portal, &blanked)).load();
        assert_eq!((report.changed, report.unchanged), (1, 9));
        assert!(portal.read(contacts).contains(&(None, true)), "the address is gone, the opt-out stays");
    }
}

on_both! {
    async fn a_whole_register_marks_who_is_absent_as_left_once_that_is_confirmed(portal) {
        load_good(&portal);
        let text = fs::read_to_string(example("good-people.csv")).unwrap();
        let without = |number: &str| text.lines().filter(|line| !line.starts_with(number)).collect::<Vec<_>>().join("\n");
        let file = written(&portal, &without("9990001006"));
        let mut trial = Trial::of(&portal, Kind::People, file);
        let (report, _) = trial.dry_run();
        assert_eq!((report.missing, report.leaving), (1, 0));
        trial.whole = true;
        let (report, _) = trial.dry_run();
        assert_eq!((report.missing, report.leaving), (0, 1));
        assert_eq!(report.many_leaving, ["E87001"], "1 of the 18 on its list");
        trial.may_leave = true;
        let report = trial.load();
        assert_eq!((report.leaving, report.unchanged), (1, 63));
        let left: Vec<(String, Option<NaiveDate>)> = portal.read(|conn| Ok(person_records::table
            .inner_join(people::table)
            .filter(person_records::from_register.eq(register::published(conn)?))
            .select((people::nhs_number, person_records::deducted_on)).load(conn)?));
        let day_before = crate::harness::today().pred_opt();
        assert_eq!(left, [("9990001006".to_owned(), day_before)]);
    }
}

on_both! {
    async fn many_leaving_without_a_second_confirmation_change_nothing(portal) {
        load_good(&portal);
        let text = fs::read_to_string(example("good-people.csv")).unwrap();
        let few: Vec<&str> = text.lines().take(3).collect();
        let mut trial = Trial::of(&portal, Kind::People, written(&portal, &few.join("\n")));
        trial.whole = true;
        let before = counts(&portal);
        assert_eq!(trial.dry_run().0.many_leaving, ["E87001"]);
        assert!(matches!(trial.load_watched(&mut |_, _, _| Ok(true)), Ok(Loaded::Refused(_))));
        assert_eq!(counts(&portal), before);
    }
}

on_both! {
    async fn a_load_that_is_killed_leaves_nothing_visible_and_the_next_sweeps_it_away(portal) {
        load_good(&portal);
        let text = fs::read_to_string(example("good-people.csv")).unwrap().replace(",40000,", ",40001,");
        let before = counts(&portal);
        let clock = portal.tools.clock;
        // The killed one: it has ended a record and begun another, and will never publish.
        let dead = Lease::take(&portal.database, &clock, "dead").unwrap().unwrap();
        portal.write(|conn| {
            let preparing = dead.preparing;
            diesel::update(person_records::table.filter(person_records::person_id.eq(1)))
                .set(person_records::until_register.eq(preparing)).execute(conn)?;
            diesel::update(person_records::table.filter(person_records::person_id.eq(2)))
                .set(person_records::from_register.eq(preparing)).execute(conn)?;
            Ok(())
        });
        let visible: i64 = portal.read(|conn| {
            let published = register::published(conn)?;
            Ok(person_records::table
                .filter(person_records::from_register.le(published))
                .filter(person_records::until_register.gt(published))
                .count().get_result(conn)?)
        });
        assert_eq!(visible, 63, "an ended record stays visible, one that was moved to the next register is not");
        let trial = Trial::of(&portal, Kind::People, written(&portal, &text));
        let busy = trial.load_watched(&mut |_, _, _| Ok(true));
        let Ok(Loaded::Busy(held)) = busy else { panic!("the right is taken: {busy:?}") };
        let seconds = (held.until - held.since).num_seconds();
        assert!((1..=20).contains(&seconds), "{seconds} s");
        let said = held.to_string();
        assert!(said.starts_with("An import that began at ") && said.contains("if it has been stopped, after"), "{said}");
        let again = Lease::take(&portal.database, &clock, "dead").unwrap().unwrap();
        again.abandon(&portal.database, &clock).unwrap();
        let (swept, ended): (i64, i64) = portal.read(|conn| Ok((
            person_records::table.count().get_result(conn)?,
            person_records::table.filter(person_records::until_register.ne(register::FOREVER)).count().get_result(conn)?,
        )));
        assert_eq!((swept, ended), (63, 0));
        trial.load();
        assert_eq!(counts(&portal)[10], before[10] + 1);
    }
}

on_both! {
    async fn a_load_that_is_stopped_leaves_nothing(portal) {
        load_good(&portal);
        let text = fs::read_to_string(example("good-people.csv")).unwrap().replace("Sample-0", "Changed-0");
        let text = with_somebody_new(&text);
        let before = counts(&portal);
        let mut steps = 0;
        let stopped = Trial::of(&portal, Kind::People, written(&portal, &text)).load_watched(&mut |_, _, _| {
            steps += 1;
            if steps == 2 {
                assert_eq!(portal.read(|conn| Ok(people::table.count().get_result::<i64>(conn)?)), 65);
            }
            Ok(steps < 2)
        });
        assert!(matches!(stopped, Ok(Loaded::Stopped)));
        assert_eq!(counts(&portal), before);
    }
}

/// A people file with one person more, of whom nothing is known.
fn with_somebody_new(text: &str) -> String {
    let row = text.lines().nth(1).unwrap().replace("9990001006", "9990001421");
    format!("{}\n{row}\n", text.trim_end())
}

on_both! {
    async fn people_whom_a_killed_load_added_are_gone_when_the_next_begins(portal) {
        load_good(&portal);
        let before = counts(&portal);
        let (database, clock) = (&portal.database, &portal.tools.clock);
        Lease::take(database, clock, "dead").unwrap().unwrap();
        portal.write(|conn| {
            add_people(conn, &portal.tools.keys, &["9990001421".to_owned()])?;
            let lapsed = clock.now().moment - chrono::Duration::seconds(1);
            diesel::update(register_state::table).set(register_state::lease_until.eq(lapsed)).execute(conn)?;
            Ok(())
        });
        assert_ne!(counts(&portal), before);
        let next = Lease::take(database, clock, "next").unwrap().unwrap();
        assert_eq!(counts(&portal), before);
        next.abandon(database, clock).unwrap();
    }
}

on_both! {
    async fn the_right_to_the_register_is_kept_while_rows_change_nothing(portal) {
        load_good(&portal);
        let trial = Trial::of(&portal, Kind::People, example("good-people.csv"));
        let expected = Report { changed: 1, ..trial.dry_run().0 };
        let now = portal.tools.clock.now().moment;
        let mut steps = 0;
        let loaded = trial.load_expecting(&expected, &mut |_, _, _| {
            steps += 1;
            portal.write(|conn| {
                let until: Option<chrono::NaiveDateTime> =
                    register_state::table.select(register_state::lease_until).first(conn)?;
                assert!(until.unwrap() > now, "step {steps}");
                let lapsed = register_state::lease_until.eq(now - chrono::Duration::seconds(1));
                diesel::update(register_state::table).set(lapsed).execute(conn)?;
                Ok(())
            });
            Ok(true)
        });
        assert!(matches!(loaded, Ok(Loaded::Done(_))), "{loaded:?}");
        assert!(steps >= 2);
    }
}

on_both! {
    async fn a_whole_register_of_an_earlier_day_leaves_who_registered_since_alone(portal) {
        load_good(&portal);
        let text = fs::read_to_string(example("good-people.csv")).unwrap();
        let later = text.lines().nth(1).unwrap().replace("2005-06-01", "2015-06-01");
        let later = written(&portal, &text.replace(text.lines().nth(1).unwrap(), &later));
        Trial::of(&portal, Kind::People, later).load();
        let without: Vec<&str> = text.lines().filter(|line| !line.starts_with("9990001006")).collect();
        let mut trial = Trial::of(&portal, Kind::People, written(&portal, &without.join("\n")));
        trial.whole = true;
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        for (as_of, leaving) in [("2015-05-31", 0), ("2015-06-01", 1)] {
            trial.as_of = day(as_of);
            assert_eq!(trial.dry_run().0.leaving, leaving, "{as_of}");
        }
        trial.as_of = day("2015-05-31");
        assert_eq!(trial.load().leaving, 0);
    }
}

on_both! {
    async fn a_file_that_changes_after_its_check_is_not_loaded(portal) {
        load_good(&portal);
        let text = fs::read_to_string(example("good-people.csv")).unwrap();
        let file = written(&portal, &text.replace("Sample-0", "Changed-0"));
        let before = counts(&portal);
        let trial = Trial::of(&portal, Kind::People, file.clone());
        let expected = trial.dry_run().0;
        fs::write(&file, text.replace("Sample-0", "Swapped-0")).unwrap();
        let refused = trial.load_expecting(&expected, &mut |_, _, _| Ok(true));
        assert!(matches!(refused, Ok(Loaded::Refused(_))));
        assert_eq!(counts(&portal), before);
    }
}

on_both! {
    async fn a_page_answers_while_rows_are_prepared(portal) {
        load_good(&portal);
        let text = fs::read_to_string(example("good-people.csv")).unwrap().replace("Sample-0", "Changed-0");
        let trial = Trial::of(&portal, Kind::People, written(&portal, &text));
        let seen = |conn: &mut common_ground::database::Conn| -> Result<i64, Error> {
            let published = register::published(conn)?;
            Ok(person_records::table
                .filter(person_records::from_register.le(published).and(person_records::until_register.gt(published)))
                .filter(person_records::family_name.like("Changed-%"))
                .count().get_result(conn)?)
        };
        let database = portal.database.clone();
        let mut looked = 0;
        trial.load_watched(&mut |_, _, _| {
            assert_eq!(database.read_now(seen)?, 0);
            database.write_now(|conn| Ok(diesel::update(localities::table)
                .set(localities::version.eq(localities::version + 1)).execute(conn)?))?;
            looked += 1;
            Ok(true)
        }).unwrap();
        assert!(looked >= 2);
        assert_eq!(portal.read(seen), 62, "all but the elder and the one without a name");
    }
}

on_both! {
    async fn a_new_address_gets_one_invitation_and_the_load_one_audit_row(portal) {
        load_good(&portal);
        let (mails, loads): (i64, i64) = portal.read(|conn| Ok((
            outgoing_mail::table.count().get_result(conn)?,
            audit_entries::table.filter(audit_entries::verb.eq("applied an import")).count().get_result(conn)?,
        )));
        assert_eq!((mails, loads), (17, 9));
        let text = fs::read_to_string(example("good-users.csv")).unwrap().replace("Gwen Sample", "Gwen Other");
        let report = Trial::of(&portal, Kind::Users, written(&portal, &text)).load();
        assert_eq!((report.changed, report.unchanged), (1, 17));
        let name: String = portal.read(|conn| Ok(users::table
            .filter(users::email.eq("gp3@example.org")).select(users::name).first(conn)?));
        assert_eq!(name, "Gwen Other");
    }
}

on_both! {
    async fn a_file_over_the_limit_is_refused_for_its_size_though_it_is_one_endless_line(portal) {
        let mut trial = Trial::of(&portal, Kind::People, written(&portal, &"a".repeat(3 << 20)));
        assert_eq!(trial.dry_run().1[0].code, Code::FieldCount);
        trial.limits.bytes = 2 << 20;
        let (report, problems) = trial.dry_run();
        assert_eq!((report.errors, problems[0].code), (1, Code::TooLarge));
    }
}

on_both! {
    async fn users_never_end_the_last_administrator_who_can_sign_in(portal) {
        portal.add_user("ada@example.org", Role::Administrator, None);
        let header = "email,name,role,organisation_code,from_date,to_date\n";
        let ada = "ada@example.org,Sample ada@example.org,administrator,,2015-01-01,2026-11-30\n";
        let gil = "gil@example.org,Gil Sample,administrator,,2015-01-01,\n";
        let before = counts(&portal);
        let trial = Trial::of(&portal, Kind::Users, written(&portal, &format!("{header}{gil}{ada}")));
        let (report, problems) = trial.dry_run();
        let told: Vec<_> = problems.iter().map(|p| (p.line, p.column, p.code)).collect();
        assert_eq!((report.errors, told), (1, vec![(3, "to_date", Code::NotAllowed)]));
        let expected = Report { errors: 0, ..report };
        assert!(matches!(trial.load_expecting(&expected, &mut |_, _, _| Ok(true)), Ok(Loaded::Refused(_))));
        assert_eq!(counts(&portal), before);
        portal.add_user("gil@example.org", Role::Administrator, None);
        let (report, problems) = trial.dry_run();
        assert_eq!((report.errors, problems), (0, vec![]), "another one stays who can sign in");
    }
}

on_both! {
    async fn an_administrator_ended_on_a_page_while_a_file_is_loaded_leaves_another_in_the_file(portal) {
        portal.add_user("ada@example.org", Role::Administrator, None);
        portal.add_user("bea@example.org", Role::Administrator, None);
        let bea: i64 = portal.read(|conn| Ok(users::table
            .filter(users::email.eq("bea@example.org")).select(users::id).first(conn)?));
        let until = |to: Option<NaiveDate>| portal.write(|conn| Ok(diesel::update(
            memberships::table.filter(memberships::user_id.eq(bea))).set(memberships::to_on.eq(to)).execute(conn)?));
        let today = portal.tools.clock.now().today;
        let text = "email,name,role,organisation_code,from_date,to_date\n\
                    ada@example.org,Sample ada@example.org,administrator,,2015-01-01,2026-11-30\n";
        let trial = Trial::of(&portal, Kind::Users, written(&portal, text));
        let before = counts(&portal);
        for is_while_it_is_read in [false, true] {
            until(None);
            let expected = trial.dry_run().0;
            assert_eq!(expected.errors, 0, "another one stays");
            if !is_while_it_is_read {
                until(Some(today));
            }
            let ended = trial.load_expecting(&expected, &mut |_, _, _| {
                if is_while_it_is_read {
                    until(Some(today));
                }
                Ok(true)
            });
            assert!(matches!(ended, Ok(Loaded::Refused(_)) | Err(Error::Refused(_))), "{ended:?}");
            assert_eq!(counts(&portal), before);
            let ends: Option<NaiveDate> = portal.read(|conn| Ok(memberships::table
                .filter(memberships::user_id.ne(bea)).select(memberships::to_on).first(conn)?));
            assert_eq!(ends, None, "Ada stays");
        }
    }
}

on_both! {
    async fn a_score_needs_its_person_and_a_new_figure_replaces_the_old(portal) {
        load_good(&portal);
        let header = "nhs_number,score,tool,tool_version,scored_on\n";
        let nobody = written(&portal, &format!("{header}9990001421,1,Demo RP,1.0,2015-01-01\n"));
        let (_, problems) = Trial::of(&portal, Kind::RiskScores, nobody).dry_run();
        assert_eq!(problems.iter().map(|p| p.code).collect::<Vec<_>>(), [Code::UnknownPerson]);
        let other = written(&portal, &format!("{header}9990001022,13.5,Demo RP,1.0,2015-03-31\n"));
        let report = Trial::of(&portal, Kind::RiskScores, other).load();
        assert_eq!((report.new, report.changed, report.unchanged), (0, 1, 0));
        let current: Vec<i64> = portal.read(|conn| Ok(risk_scores::table
            .filter(risk_scores::until_register.eq(register::FOREVER))
            .filter(risk_scores::scored_on.eq(NaiveDate::from_ymd_opt(2015, 3, 31).unwrap()))
            .order(risk_scores::score_hundredths)
            .select(risk_scores::score_hundredths).load(conn)?));
        assert_eq!(current[0], 1_350);
        let kept: i64 = portal.read(|conn| Ok(imports::table.count().get_result(conn)?));
        assert_eq!(kept, 10);
    }
}
