//! The worklist of petitions: counts agree with lists, each role sees its own, and what waits can be done.

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use chrono::{Days, NaiveDate};
use common_ground::access::Role;
use common_ground::database::Conn;
use common_ground::people::register::published;
use common_ground::petitions::life::State;
use common_ground::petitions::petition::{Cares, Category, Opinion, ReasonCode};
use common_ground::petitions::store::open_states;
use common_ground::schema::{
    audit_entries, holds, network_members, organisations, people, person_records, petition_decisions,
    petition_drafters, petition_opinions, petition_questions, petitions, users,
};
use diesel::prelude::*;

use crate::decisions::{cared_for, pseudonym, signed_in};
use crate::grouped::{day, people_in};
use crate::harness::{Answer, Browser, TestPortal};
use crate::on_both;
use crate::petitions::{HEALTHY, done, draft, submitted};

pub fn organisation(conn: &mut Conn, code: &str) -> i64 {
    organisations::table.filter(organisations::code.eq(code)).select(organisations::id).first(conn).unwrap()
}

/// A petition for everybody on the register, in every state and of every age, with what belongs to its state.
pub fn laid(portal: &TestPortal) {
    let author = portal.add_user("author@example.org", Role::Gp, Some("E87001"));
    portal.write(|conn| {
        for practice in ["E87001", "E87002"] {
            let (network, practice) = (organisation(conn, "NET01"), organisation(conn, practice));
            diesel::insert_into(network_members::table)
                .values((
                    network_members::network_id.eq(network),
                    network_members::member_id.eq(practice),
                    network_members::from_on.eq(day()),
                ))
                .execute(conn)?;
        }
        let register = published(conn)?;
        let everybody: Vec<(i64, i64, Option<i64>)> = person_records::table
            .inner_join(organisations::table)
            .filter(
                person_records::from_register.le(register).and(person_records::until_register.gt(register)),
            )
            .order(person_records::person_id)
            .select((person_records::person_id, person_records::practice_id, organisations::locality_id))
            .load(conn)?;
        for (number, (person, practice, locality)) in everybody.into_iter().enumerate() {
            let Some(locality) = locality else { continue };
            lay(conn, number, (person, practice, locality), author)?;
        }
        Ok(())
    });
}

fn lay(
    conn: &mut Conn,
    number: usize,
    (person, practice, locality): (i64, i64, i64),
    author: i64,
) -> Result<(), common_ground::error::Error> {
    let states = [
        State::Draft,
        State::WithProvider,
        State::UnderReview,
        State::InfoRequested,
        State::Appealed,
        State::Approved,
        State::Rejected,
        State::Withdrawn,
        State::RejectionConfirmed,
        State::Overturned,
    ];
    let state = states[number % states.len()];
    let began = day() - Days::new((number * 3 % 41) as u64);
    let sent = state != State::Draft;
    let runs = sent && state.is_open() && state != State::InfoRequested;
    let reference = format!("CG-L{number:04}");
    diesel::insert_into(petitions::table)
        .values((
            (
                petitions::reference.eq(&reference),
                petitions::person_id.eq(person),
                petitions::locality_id.eq(locality),
                petitions::practice_id.eq(practice),
                petitions::from_group.eq("HEALTHY_75"),
                petitions::to_group.eq(if number.is_multiple_of(3) { "SEMI" } else { "LTC_75" }),
                petitions::category.eq(Category::ALL[number % Category::ALL.len()]),
                petitions::case_text.eq("Laid for a list."),
                petitions::not_discussed_why.eq(""),
            ),
            (
                petitions::state.eq(state),
                petitions::drafted_by.eq(author),
                petitions::drafted_on.eq(began),
                petitions::ready.eq(!sent && number.is_multiple_of(20)),
                petitions::submitted_on.eq(sent.then_some(began)),
                petitions::stage_from.eq(sent.then_some(began)),
                petitions::stage_days.eq(sent.then_some(10)),
                petitions::due_on.eq(runs.then_some(began + Days::new(14))),
                petitions::closed_on.eq((!state.is_open()).then_some(began + Days::new(2))),
                petitions::review_on.eq(state.moves().then_some(day())),
            ),
        ))
        .execute(conn)?;
    let id: i64 =
        petitions::table.filter(petitions::reference.eq(&reference)).select(petitions::id).first(conn)?;
    let wrote = (petition_drafters::petition_id.eq(id), petition_drafters::user_id.eq(author));
    diesel::insert_into(petition_drafters::table).values(wrote).execute(conn)?;
    if sent {
        around(conn, (id, number, state), began)?;
    }
    if state.moves() && number % 4 == 1 {
        diesel::insert_into(holds::table)
            .values((
                holds::person_id.eq(person),
                holds::locality_id.eq(locality),
                holds::group_code.eq("SEMI"),
                holds::cause.eq("petition"),
                holds::reference.eq(&reference),
                holds::from_on.eq(began),
                holds::review_on.eq(day()),
            ))
            .execute(conn)?;
    }
    Ok(())
}

fn around(
    conn: &mut Conn,
    (id, number, state): (i64, usize, State),
    began: NaiveDate,
) -> Result<(), common_ground::error::Error> {
    for (network, cares) in [("PN01", Cares::Now), ("PN02", Cares::Would)] {
        if network == "PN02" && number.is_multiple_of(4) {
            continue;
        }
        let silent = state == State::WithProvider && network == "PN01";
        let opinion = if number % 5 == 2 { Opinion::Support } else { Opinion::ALL[number % 3] };
        diesel::insert_into(petition_opinions::table)
            .values((
                petition_opinions::petition_id.eq(id),
                petition_opinions::network_id.eq(organisation(conn, network)),
                petition_opinions::cares.eq(cares),
                petition_opinions::asked_on.eq(began),
                petition_opinions::opinion.eq((!silent).then_some(opinion)),
            ))
            .execute(conn)?;
    }
    if state == State::InfoRequested {
        diesel::insert_into(petition_questions::table)
            .values((
                petition_questions::petition_id.eq(id),
                petition_questions::asked_in.eq(State::UnderReview),
                petition_questions::question.eq("Since when?"),
                petition_questions::asked_who.eq("Somebody"),
                petition_questions::asked_on.eq(began),
            ))
            .execute(conn)?;
    }
    let was_decided =
        !matches!(state, State::WithProvider | State::UnderReview | State::InfoRequested | State::Withdrawn);
    if was_decided {
        diesel::insert_into(petition_decisions::table)
            .values((
                petition_decisions::petition_id.eq(id),
                petition_decisions::on_appeal.eq(false),
                petition_decisions::granted.eq(state == State::Approved),
                petition_decisions::reason_code.eq(ReasonCode::OtherReason),
                petition_decisions::words.eq("Laid."),
                petition_decisions::who.eq("Somebody"),
                petition_decisions::decided_on.eq(began + Days::new(2)),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// The tabs of a list: address and count.
fn tabs(list: &str) -> Vec<(String, i64)> {
    let figures = list.split_once("cg-figures\"").unwrap().1.split_once("</ul>").unwrap().0;
    let tab = |part: &str| {
        let href = part.split('"').next().unwrap().to_owned();
        let count = part.split_once("cg-figure__count\">").unwrap().1.split('<').next().unwrap();
        (href, count.replace(',', "").parse().unwrap())
    };
    figures.split("href=\"").skip(1).map(tab).collect()
}

/// References and actions of the rows, over all pages.
async fn all_rows(browser: &mut Browser, address: &str) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    for page in 1.. {
        let text = browser.get(&format!("{address}&per=100&page={page}")).await.text();
        let body = text.split_once("<tbody").map_or("", |(_, body)| body);
        let found: Vec<_> = body
            .split("<tr ")
            .skip(1)
            .map(|row| {
                let reference = row.split_once("href=\"/petitions/").unwrap().1.split('"').next().unwrap();
                let action = row.rsplit_once("href=\"").unwrap().1.split_once('>').unwrap().1;
                (reference.to_owned(), action.split('<').next().unwrap().to_owned())
            })
            .collect();
        let last = found.len() < 100;
        rows.extend(found);
        if last {
            return rows;
        }
    }
    unreachable!("a list ends")
}

fn records(csv: &Answer) -> Vec<Vec<String>> {
    let text = csv.text();
    let text = text.trim_start_matches('\u{feff}').to_owned();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

const SIDES: &[(Role, &str)] = &[
    (Role::Gp, "E87001"),
    (Role::PracticeStaff, "E87001"),
    (Role::NetworkManager, "NET01"),
    (Role::Provider, "PN01"),
    (Role::Commissioner, "CCG01"),
];

on_both! {
    async fn every_count_of_the_worklist_agrees_with_its_list_and_its_file(portal) {
        let portal = cared_for(portal);
        laid(&portal);
        for (role, organisation) in SIDES {
            let mut browser = signed_in(&portal, *role, organisation).await;
            let list = browser.get("/petitions").await;
            assert_eq!(list.status, StatusCode::OK, "{}", list.text());
            let tabs = tabs(&list.text());
            assert!(tabs.iter().filter(|(_, count)| *count > 0).count() >= 3, "{}: {tabs:?}", role.word());
            for (href, count) in &tabs {
                let shown = browser.get(href).await.text();
                assert_eq!(people_in(&shown), *count, "{}: {href}", role.word());
                let rows = all_rows(&mut browser, href).await;
                let once: BTreeSet<_> = rows.iter().map(|(reference, _)| reference.clone()).collect();
                assert_eq!((rows.len() as i64, once.len()), (*count, rows.len()), "{}: {href}", role.word());
                let file = browser.get(&href.replace("/petitions?", "/petitions.csv?")).await;
                let kept: Vec<String> = records(&file).into_iter().skip(1).map(|mut row| row.remove(0)).collect();
                let shown: Vec<String> = rows.iter().map(|(reference, _)| reference.clone()).collect();
                assert_eq!(kept, shown, "{}: {href}", role.word());
                if href.ends_with("view=waiting") {
                    assert!(rows.iter().all(|(_, action)| action != "Look at it"), "{}: {rows:?}", role.word());
                }
            }
        }
    }
}

on_both! {
    async fn what_a_filter_takes_another_leaves(portal) {
        let portal = cared_for(portal);
        laid(&portal);
        for (role, organisation) in SIDES {
            let mut browser = signed_in(&portal, *role, organisation).await;
            let mut counted = async |filter: &str| people_in(&browser.get(&format!("/petitions?{filter}")).await.text());
            let all = counted("view=all").await;
            assert_eq!(counted("assigned=me").await + counted("assigned=nobody").await + counted("assigned=others").await, all);
            let mut by_category = 0;
            for category in Category::ALL {
                by_category += counted(&format!("category={}", category.word())).await;
            }
            assert_eq!(by_category, all, "{}", role.word());
            let open = all - counted("view=closed").await;
            let aged = counted("age=under-5").await + counted("age=5-10").await + counted("age=over-10").await;
            assert_eq!(aged, open, "{}", role.word());
            assert_eq!(counted("age=from-5").await, open - counted("age=under-5").await);
            assert_eq!(counted("due=overdue").await, counted("view=overdue").await);
            let mut by_state = 0;
            for state in State::ALL.iter().filter(|state| **state != State::Submitted) {
                let is_offered = *state != State::Draft || !matches!(role, Role::Provider | Role::Commissioner);
                by_state += if is_offered { counted(&format!("state={}", state.word())).await } else { 0 };
            }
            assert_eq!(by_state, all, "{}", role.word());
        }
    }
}

on_both! {
    async fn overdue_comes_first_then_what_is_due_soonest_and_closed_last(portal) {
        let portal = cared_for(portal);
        laid(&portal);
        let mut browser = signed_in(&portal, Role::Commissioner, "CCG01").await;
        let list = browser.get("/petitions").await.text();
        assert!(list.contains("overdue first, then due soonest"), "{list}");
        let file = records(&browser.get("/petitions.csv").await);
        assert_eq!(file[0].join(","), "ref,locality,practice,pseudonym,from_group,to_group,category,state,submitted,due,decided,reason_code");
        let open: BTreeSet<&str> = open_states().iter().map(|state| state.word()).collect();
        let rows: Vec<(bool, bool, &str)> =
            file.iter().skip(1).map(|row| (!open.contains(&*row[7]), row[9].is_empty(), &*row[9])).collect();
        let mut sorted = rows.clone();
        sorted.sort();
        assert_eq!(rows, sorted);
        for sort in ["submitted", "-submitted", "state", "-state", "practice", "-practice", "-due"] {
            let other = records(&browser.get(&format!("/petitions.csv?sort={sort}")).await);
            let set = |rows: &[Vec<String>]| rows.iter().map(|row| row[0].clone()).collect::<BTreeSet<_>>();
            assert_eq!(set(&other), set(&file), "{sort}");
        }
        let exported: i64 = portal.read(|conn| Ok(audit_entries::table
            .filter(audit_entries::content.like("%\"kind\":\"petitions\"%")).count().get_result(conn)?));
        assert_eq!(exported, 8, "each file is in the trail");
    }
}

/// A part of a workbook.
fn part(book: &Answer, name: &str) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&book.body[..])).unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut archive.by_name(name).unwrap(), &mut text).unwrap();
    text
}

on_both! {
    async fn the_list_is_kept_as_a_workbook_that_says_what_it_is(portal) {
        let portal = cared_for(portal);
        laid(&portal);
        let mut browser = signed_in(&portal, Role::Commissioner, "CCG01").await;
        let list = browser.get("/petitions?view=overdue&sort=submitted").await.text();
        let count = people_in(&list);
        let link = format!("<a href=\"/petitions.xlsx?view=overdue&#38;sort=submitted\">Download Excel ({count} rows)</a>");
        assert!(count > 1 && list.contains(&link), "{link}: {list}");
        let book = browser.get("/petitions.xlsx?view=overdue&sort=submitted").await;
        assert_eq!(book.status, StatusCode::OK, "{}", book.text());
        let about = part(&book, "xl/sharedStrings.xml") + &part(&book, "xl/worksheets/sheet1.xml");
        for words in ["Common Ground: petitions", "Overdue", "/petitions?view=overdue&amp;sort=submitted", "1 April 2015", "Suppression"] {
            assert!(about.contains(words), "{words}: {about}");
        }
        let rows = part(&book, "xl/worksheets/sheet2.xml");
        let file = records(&browser.get("/petitions.csv?view=overdue&sort=submitted").await);
        assert_eq!(rows.matches("<row ").count() as i64, count + 1, "{rows}");
        for row in file.iter().skip(1) {
            assert!(rows.contains(&format!("<t>{}</t>", row[0])), "{row:?}: {rows}");
            let sent: NaiveDate = row[8].parse().unwrap();
            let serial = (sent - "1899-12-30".parse::<NaiveDate>().unwrap()).num_days();
            assert!(rows.contains(&format!("<v>{serial}</v>")), "a date is a date: {row:?}: {rows}");
        }
        let exported: i64 = portal.read(|conn| Ok(audit_entries::table
            .filter(audit_entries::content.like(format!("%\"kind\":\"petitions\"%\"rows\":{count}%"))).count().get_result(conn)?));
        assert_eq!(exported, 2, "each file is in the trail with its rows");
    }
}

on_both! {
    async fn a_list_of_more_than_fifty_thousand_is_kept_whole(portal) {
        let portal = cared_for(portal);
        laid(&portal);
        portal.write(|conn| {
            let many = "INSERT INTO petitions (reference, person_id, locality_id, practice_id, case_text, not_discussed_why, state, drafted_on, ready, submitted_on, closed_on)
                SELECT 'CG-M' || row_number() OVER (ORDER BY a.id, b.id, c.id), a.person_id, a.locality_id, a.practice_id, '', '', 'withdrawn', '2015-03-01', a.ready, '2015-03-01', '2015-03-02'
                FROM petitions a, petitions b, petitions c WHERE a.practice_id = (SELECT id FROM organisations WHERE code = 'E87001')
                LIMIT 50001";
            match conn {
                Conn::Sqlite(inner) => diesel::sql_query(many).execute(inner)?,
                Conn::Postgres(inner) => diesel::sql_query(many).execute(inner)?,
            };
            Ok(())
        });
        let mut gp = signed_in(&portal, Role::Gp, "E87001").await;
        let count = people_in(&gp.get("/petitions?view=all").await.text());
        assert!(count > 50_000, "{count}");
        let file = gp.get("/petitions.csv?view=all").await;
        assert_eq!((file.status, records(&file).len() as i64), (StatusCode::OK, count + 1));
    }
}

on_both! {
    async fn a_list_holds_what_its_reader_may_open_and_names_whom_they_may_see(portal) {
        let portal = cared_for(portal);
        laid(&portal);
        for (role, organisation) in SIDES.iter().chain(&[(Role::Gp, "E87004")]) {
            let mut browser = signed_in(&portal, *role, organisation).await;
            for (reference, _) in all_rows(&mut browser, "/petitions?view=all").await.into_iter().step_by(7) {
                let page = browser.get(&format!("/petitions/{reference}")).await;
                assert_eq!(page.status, StatusCode::OK, "{} {reference}", role.word());
            }
            let list = browser.get("/petitions?per=100").await.text();
            let names: Vec<Option<String>> = portal.read(|conn| Ok(person_records::table
                .select(person_records::family_name).distinct().load(conn)?));
            let shown = names.into_iter().flatten().filter(|name| list.contains(&**name)).count();
            match role {
                Role::Commissioner | Role::Provider => assert_eq!(shown, 0, "{}", role.word()),
                _ => assert!(shown > 0, "{}", role.word()),
            }
        }
    }
}

on_both! {
    async fn a_filter_nobody_offers_is_told_and_anothers_practice_is_not_found(portal) {
        let portal = cared_for(portal);
        laid(&portal);
        let mut browser = signed_in(&portal, Role::Gp, "E87001").await;
        let list = browser.get("/petitions?category=robots&view=agreed").await;
        assert!(list.text().contains("none of its choices"), "{}", list.text());
        assert_eq!(browser.get("/petitions.csv?category=robots").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let theirs = browser.get("/petitions?practice=E87004").await;
        let nobody = browser.get("/petitions?practice=E00000").await;
        assert_eq!((theirs.status, &theirs.body), (StatusCode::NOT_FOUND, &nobody.body));
        let none = browser.get("/petitions?category=other&group=EXCLUDED").await.text();
        assert!(none.contains("Drop one:") && none.contains("Without Category: Other"), "{none}");
        let analyst = signed_in(&portal, Role::Analyst, "CCG01").await.get("/petitions").await;
        assert_eq!(analyst.status, StatusCode::FORBIDDEN);
    }
}

on_both! {
    async fn a_petition_waits_for_whoever_acts_next(portal) {
        let portal = cared_for(portal);
        let mut gp = signed_in(&portal, Role::Gp, "E87001").await;
        let mut first = signed_in(&portal, Role::Provider, "PN01").await;
        let mut commissioner = signed_in(&portal, Role::Commissioner, "CCG01").await;
        let empty = first.get("/petitions?view=waiting").await.text();
        assert!(empty.contains("No petitions are waiting for you."), "{empty}");
        let path = submitted(&portal, &mut gp).await;
        let waiting = first.get("/petitions?view=waiting").await.text();
        assert!(waiting.contains(&format!("{path}/opinion")) && waiting.contains("Give opinion"), "{waiting}");
        let ahead = commissioner.get("/petitions?view=waiting").await.text();
        assert!(ahead.contains("The next is due on 10 April 2015."), "{ahead}");
        done(&mut first, &format!("{path}/opinion"), &[("opinion", "support"), ("reason", "Yes")]).await;
        assert_eq!(people_in(&first.get("/petitions?view=waiting").await.text()), 0);
        let person = portal.read(|conn| Ok(people::table.filter(people::nhs_number.eq(HEALTHY))
            .select(people::pseudonym).first::<String>(conn)?));
        assert_eq!(person, pseudonym(&portal, HEALTHY));
        let mut second = signed_in(&portal, Role::Provider, "PN02").await;
        done(&mut second, &format!("{path}/opinion"), &[("opinion", "support"), ("reason", "Yes")]).await;
        let waiting = commissioner.get("/petitions?view=waiting").await.text();
        assert!(waiting.contains(&format!("{path}/decide")) && waiting.contains("(10 working days left)"), "{waiting}");
        assert_eq!(people_in(&commissioner.get("/petitions?view=agreed").await.text()), 1);
    }
}

on_both! {
    async fn a_draft_is_the_staffs_until_it_is_ready_and_a_gps_then(portal) {
        let portal = cared_for(portal);
        let mut staff = signed_in(&portal, Role::PracticeStaff, "E87001").await;
        let mut gp = signed_in(&portal, Role::Gp, "E87001").await;
        let path = draft(&mut staff, &pseudonym(&portal, HEALTHY), "SEMI").await;
        assert_eq!(people_in(&staff.get("/petitions?view=waiting").await.text()), 1);
        assert_eq!(people_in(&gp.get("/petitions?view=waiting").await.text()), 0);
        done(&mut staff, &format!("{path}/check"), &[]).await;
        assert_eq!(people_in(&staff.get("/petitions?view=waiting").await.text()), 0);
        let ready = gp.get("/petitions?view=waiting&state=ready").await.text();
        assert!(people_in(&ready) == 1 && ready.contains("Check and send"), "{ready}");
        let mut commissioner = signed_in(&portal, Role::Commissioner, "CCG01").await;
        assert_eq!(people_in(&commissioner.get("/petitions").await.text()), 0, "a draft is the practice's own");
        let authors: i64 = portal.read(|conn| Ok(users::table.count().get_result(conn)?));
        assert_eq!(authors, 3);
    }
}
