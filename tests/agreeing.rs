//! What tests of agreements share: the samples with care agreements, drafts, and the parties with their browsers.

use chrono::NaiveDate;
use common_ground::access::Role;
use common_ground::audit::Actor;
use common_ground::clock::Clock;
use common_ground::criteria::parser::parse;
use common_ground::criteria::store::{self, Becomes, Version};
use common_ground::groups::scheme::Scheme;
use common_ground::groups::schemes::edit::{Edit, edited};
use common_ground::groups::schemes::store as schemes;
use common_ground::runs::store::locality;
use common_ground::schema::{care_agreements, criteria_versions, organisations, outgoing_mail, users};
use diesel::prelude::*;

use crate::grouped::{day, loaded};
use crate::harness::{Answer, Browser, TestPortal};

/// The page of the second version of learning disability, which most tests are about.
pub const PAGE: &str = "/criteria/LOC01/LD/versions/2";

/// The samples, where both networks care for people with a learning disability, and one for older people.
pub fn agreeing(portal: TestPortal) -> TestPortal {
    let portal = loaded(portal);
    care(&portal, "PN01", "LD");
    care(&portal, "PN02", "LD");
    care(&portal, "PN01", "LTC_75");
    for (email, role, organisation) in [
        ("ann@example.org", Role::Commissioner, "CCG01"),
        ("bob@example.org", Role::Commissioner, "CCG01"),
        ("eve@example.org", Role::Commissioner, "CCG02"),
        ("one@example.org", Role::Provider, "PN01"),
        ("uno@example.org", Role::Provider, "PN01"),
        ("two@example.org", Role::Provider, "PN02"),
        ("lay@example.org", Role::LayPartner, "CCG01"),
        ("gp@example.org", Role::Gp, "E87001"),
    ] {
        portal.add_user(email, role, Some(organisation));
    }
    portal
}

/// Lets a network care for a group in LOC01.
pub fn care(portal: &TestPortal, network: &str, group: &str) {
    portal.write(|conn| {
        let network: i64 = organisations::table
            .filter(organisations::code.eq(network))
            .select(organisations::id)
            .first(conn)?;
        let here = locality(conn, "LOC01")?.unwrap().id;
        diesel::insert_into(care_agreements::table)
            .values((
                care_agreements::network_id.eq(network),
                care_agreements::locality_id.eq(here),
                care_agreements::group_code.eq(group),
                care_agreements::from_on.eq(day()),
            ))
            .execute(conn)?;
        Ok(())
    });
}

/// The same portal on another day.
pub fn another_day(portal: &TestPortal, day: &str) -> TestPortal {
    let mut later = portal.clone();
    later.tools.clock = Clock::fixed(day.parse().unwrap());
    later.portal.clock = later.tools.clock;
    later.portal.tools = later.tools.clone();
    later
}

/// Adds a draft of a group in LOC01.
pub fn draft(portal: &TestPortal, group: &str, text: &str) -> Version {
    let now = portal.tools.clock.now().moment;
    let expression = parse(text).unwrap().expression;
    portal.write(|conn| {
        let here = locality(conn, "LOC01")?.unwrap().id;
        assert!(store::add(conn, now, &Actor::command_line(), here, group, &expression, Becomes::Draft)?);
        Ok(store::history(conn, here, group)?.remove(0))
    })
}

/// The shipped scheme with learning disability renamed, and a group of people who are frail.
pub fn own_scheme() -> Scheme {
    let (label, description) = ("Help with learning".to_owned(), String::new());
    let rename = Edit::Rename { code: "LD".into(), label, description: description.clone() };
    let add = Edit::Add { code: "FRAIL_85".into(), label: "Frail people".into(), description };
    [rename, add].iter().fold(Scheme::shipped().clone(), |scheme, edit| edited(&scheme, edit).unwrap())
}

/// Puts [`own_scheme`] in force in LOC01 from the samples' day, as if it had been agreed, with criteria of its own group.
pub fn own_scheme_in_force(portal: &TestPortal) {
    let now = portal.tools.clock.now().moment;
    portal.write(|conn| {
        let here = locality(conn, "LOC01")?.unwrap().id;
        let number = schemes::add_draft(conn, now, &Actor::command_line(), here, &own_scheme())?;
        let draft = store::version(conn, here, store::SCHEME, number)?.unwrap();
        diesel::update(criteria_versions::table.find(draft.id))
            .set((
                criteria_versions::state.eq(store::State::InForce),
                criteria_versions::in_force_from.eq(day()),
            ))
            .execute(conn)?;
        let frail = parse("age >= 85 and ltc_count >= 2").unwrap().expression;
        let becomes = Becomes::FirstSet("Set up for a test");
        assert!(store::add(conn, now, &Actor::command_line(), here, "FRAIL_85", &frail, becomes)?);
        Ok(())
    });
}

/// The versions of a group in force on a day: number and text.
pub fn in_force(portal: &TestPortal, group: &str, on: &str) -> (i64, String) {
    let on: NaiveDate = on.parse().unwrap();
    portal.read(|conn| {
        let here = locality(conn, "LOC01")?.unwrap().id;
        let versions = store::in_force(conn, here, on)?;
        let version = versions.into_iter().find(|version| version.group_code == group).unwrap();
        Ok((version.number, version.text))
    })
}

/// Letters so far: to whom, and which.
pub fn letters(portal: &TestPortal) -> Vec<(String, String)> {
    portal.read(|conn| {
        Ok(outgoing_mail::table
            .inner_join(users::table)
            .order(outgoing_mail::id)
            .select((users::email, outgoing_mail::letter))
            .load(conn)?)
    })
}

/// Proposes the draft of a page: the terms, then the check. The answer to the last.
pub async fn propose(browser: &mut Browser, page: &str, force: &str, answer_by: &str) -> Answer {
    let form = browser.get(&format!("{page}/proposal")).await;
    let (key, version) = (form.field("key"), form.field("version"));
    let terms = [
        ("key", &*key),
        ("version", &*version),
        ("reason", "Younger people are better cared for elsewhere"),
        ("equality_note", "Touches young people more than others"),
        ("force_day", force),
        ("answer_by_day", answer_by),
    ];
    let kept = browser.post(&format!("{page}/proposal"), &terms).await;
    assert_eq!(kept.location(), format!("{page}/proposal/check"), "{}", kept.text());
    let check = browser.get(kept.location()).await;
    let (key, version, hash) = (check.field("key"), check.field("version"), check.field("hash"));
    let send = [("key", &*key), ("version", &*version), ("hash", &*hash)];
    browser.post(&format!("{page}/proposal/check"), &send).await
}

/// Answers the proposal of a page.
pub async fn answer(browser: &mut Browser, page: &str, reply: &str, comment: &str) -> Answer {
    let form = browser.get(&format!("{page}/answer")).await;
    let (key, version, hash) = (form.field("key"), form.field("version"), form.field("hash"));
    let typed =
        [("key", &*key), ("version", &*version), ("hash", &*hash), ("answer", reply), ("comment", comment)];
    browser.post(&format!("{page}/answer"), &typed).await
}

/// Approves or returns the proposal of a page, as of its date unless another is given.
pub async fn decide(browser: &mut Browser, page: &str, decision: &str, force: &str, reason: &str) -> Answer {
    let form = browser.get(&format!("{page}/decision")).await;
    let (key, version, answers) = (form.field("key"), form.field("version"), form.field("answers"));
    let typed = [
        ("key", &*key),
        ("version", &*version),
        ("answers", &*answers),
        ("decision", decision),
        ("force_day", force),
        ("reason", reason),
    ];
    browser.post(&format!("{page}/decision"), &typed).await
}

/// Withdraws the proposal of a page.
pub async fn withdraw(browser: &mut Browser, page: &str, why: &str, words: &str) -> Answer {
    let form = browser.get(&format!("{page}/withdrawal")).await;
    let (key, version) = (form.field("key"), form.field("version"));
    let typed = [("key", &*key), ("version", &*version), ("why", why), ("words", words)];
    browser.post(&format!("{page}/withdrawal"), &typed).await
}
