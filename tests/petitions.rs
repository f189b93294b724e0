//! Petitions: filed, opined on, decided, applied, and who sees what of them.

mod hostile;
mod killed;
mod meanwhile;
mod timed;
mod together;
mod walked;

use actix_web::http::StatusCode;
use common_ground::access::Role;
use common_ground::schema::{audit_entries, holds, movements, people};
use diesel::prelude::*;

use crate::decisions::{assert_figures_agree, cared_for, pseudonym, signed_in, stands};
use crate::grouped::{day, group};
use crate::harness::{Answer, Browser, TestPortal};
use crate::on_both;

/// 80 and healthy, at E87001: HEALTHY_75. PN01 cares for that group, PN01 and PN02 for SEMI.
pub const HEALTHY: &str = "9990001014";
/// The case of the tests.
pub const CASE: &str = "Known to the community mental health team since the winter.";

/// Begins a petition of somebody and goes on to its check; the petition's address.
pub async fn draft(browser: &mut Browser, pseudonym: &str, to_group: &str) -> String {
    let form = browser.get(&format!("/petitions/new?person={pseudonym}")).await;
    assert_eq!(form.status, StatusCode::OK, "{}", form.text());
    let key = form.field("key");
    let sent = browser.post("/petitions/new", &filled(&key, "", pseudonym, to_group)).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
    sent.location().trim_end_matches("/check").to_owned()
}

/// The form of a petition as a GP fills it in.
pub fn filled<'a>(
    key: &'a str,
    version: &'a str,
    person: &'a str,
    to_group: &'a str,
) -> Vec<(&'static str, &'a str)> {
    vec![
        ("key", key),
        ("version", version),
        ("person", person),
        ("category", "clinical_judgement"),
        ("to_group", to_group),
        ("case_text", CASE),
        ("discussed", "yes"),
        ("effective_day", "1 4 2015"),
        ("then", "check"),
    ]
}

/// Sends a form of a petition's from the page that shows it.
pub async fn send(browser: &mut Browser, page: &str, to: &str, fields: &[(&str, &str)]) -> Answer {
    let shown = browser.get(page).await;
    assert_eq!(shown.status, StatusCode::OK, "{page}: {}", shown.text());
    let (key, version) = (shown.field("key"), shown.field("version"));
    let mut sent = vec![("key", &*key), ("version", &*version)];
    sent.extend(fields);
    browser.post(to, &sent).await
}

/// The same, and it is done.
pub async fn done(browser: &mut Browser, page: &str, fields: &[(&str, &str)]) {
    let to = page.replace("/check", "/submit");
    let answer = send(browser, page, &to, fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{page}: {}", answer.text());
}

/// A petition of [`HEALTHY`] to SEMI, submitted by the GP of E87001; its address.
pub async fn submitted(portal: &TestPortal, gp: &mut Browser) -> String {
    let path = draft(gp, &pseudonym(portal, HEALTHY), "SEMI").await;
    done(gp, &format!("{path}/check"), &[]).await;
    path
}

/// Both networks say what they think.
pub async fn opined(first: &mut Browser, second: &mut Browser, path: &str) {
    let page = format!("{path}/opinion");
    done(first, &page, &[("opinion", "support"), ("reason", "We know her well")]).await;
    done(second, &page, &[("opinion", "no_view")]).await;
}

pub const GRANTED: &[(&str, &str)] = &[
    ("choice", "grant"),
    ("grant_code", "case_accepted"),
    ("grant_words", "Agreed, from today."),
    ("effective_day", "1 4 2015"),
    ("review_day", "1 4 2016"),
];
pub const REFUSED: &[(&str, &str)] =
    &[("choice", "refuse"), ("refuse_code", "not_enough_evidence"), ("refuse_words", "Tell us more.")];

/// Everybody a petition needs.
pub struct Parties {
    pub gp: Browser,
    pub staff: Browser,
    pub first: Browser,
    pub second: Browser,
    pub commissioner: Browser,
    pub other: Browser,
}

impl Parties {
    pub async fn of(portal: &TestPortal) -> Parties {
        portal.add_user("other.commissioner@example.org", Role::Commissioner, Some("CCG01"));
        Parties {
            gp: signed_in(portal, Role::Gp, "E87001").await,
            staff: signed_in(portal, Role::PracticeStaff, "E87001").await,
            first: signed_in(portal, Role::Provider, "PN01").await,
            second: signed_in(portal, Role::Provider, "PN02").await,
            commissioner: signed_in(portal, Role::Commissioner, "CCG01").await,
            other: portal.signed_in("other.commissioner@example.org").await,
        }
    }
}

/// The ledger's rows of a petition: from, to.
fn ledger(portal: &TestPortal, path: &str) -> Vec<(Option<String>, Option<String>)> {
    let reference = path.rsplit('/').next().unwrap().to_owned();
    portal.read(|conn| {
        Ok(movements::table
            .filter(movements::reference.eq(reference))
            .order(movements::id)
            .select((movements::from_group, movements::to_group))
            .load(conn)?)
    })
}

on_both! {
    async fn a_petition_goes_from_the_gp_to_the_ledger_and_no_run_undoes_it(portal) {
        let portal = cared_for(portal);
        let mut all = Parties::of(&portal).await;
        let path = submitted(&portal, &mut all.gp).await;
        let page = all.gp.get(&path).await.text();
        assert!(page.contains("With provider") && page.contains("(5 working days left)"), "{page}");
        opined(&mut all.first, &mut all.second, &path).await;
        let review = all.commissioner.get(&format!("{path}/decide")).await.text();
        assert!(review.contains("We know her well") && review.contains("has no view"), "{review}");
        assert!(review.contains("(10 working days left)") && review.contains("£210"), "{review}");
        assert!(!review.contains("Bram") && !review.contains(HEALTHY), "a reviewer sees no name");
        let decide = format!("{path}/decide");
        done(&mut all.commissioner, &decide, &[("choice", "ask"), ("question", "Since when?")]).await;
        let waiting = all.gp.get(&path).await.text();
        assert!(waiting.contains("Clock stopped on 1 April 2015, waiting for the practice."), "{waiting}");
        done(&mut all.gp, &format!("{path}/answer"), &[("text", "Since January.")]).await;
        done(&mut all.commissioner, &decide, GRANTED).await;
        assert_eq!(stands(&portal, HEALTHY), (Some("SEMI".into()), false, "petition".into()));
        assert_figures_agree(&portal, "LOC01");
        let moved = (Some("HEALTHY_75".into()), Some("SEMI".into()));
        assert_eq!(ledger(&portal, &path), [moved]);
        let seen = all.gp.get(&path).await.text();
        assert!(seen.contains("Agreed, from today.") && seen.contains("applied 1 April 2015"), "{seen}");
        let left = seen.split_once("<h3>From: ").expect("the group it led from").1;
        let (left, asked) = left.split_once("<h3>Asked for: ").expect("the group it led to");
        assert!(left.contains("aged 75 or over") && !left.contains("serious mental illness"), "{left}");
        assert!(asked.contains("serious mental illness"), "{asked}");
        let by_criteria = "By the criteria alone the group would be: Mostly healthy people aged 75 and over.";
        let person = format!("/people/{}", pseudonym(&portal, HEALTHY));
        let held = all.gp.get(&person).await.text();
        assert!(held.contains(by_criteria) && !held.contains("first in order"), "{held}");
        group(&portal, "LOC01", day());
        assert_eq!(stands(&portal, HEALTHY), (Some("SEMI".into()), false, "petition".into()));
        let later = all.gp.get(&person).await.text();
        assert!(later.contains(by_criteria) && !later.contains("first in order"), "{later}");
    }
}

on_both! {
    async fn a_rejection_is_appealed_once_and_overturned_by_another_commissioner(portal) {
        let portal = cared_for(portal);
        let mut all = Parties::of(&portal).await;
        let path = submitted(&portal, &mut all.gp).await;
        opined(&mut all.first, &mut all.second, &path).await;
        let decide = format!("{path}/decide");
        done(&mut all.commissioner, &decide, REFUSED).await;
        let rejected = all.gp.get(&path).await.text();
        assert!(rejected.contains("Rejected") && rejected.contains("Tell us more."), "{rejected}");
        done(&mut all.gp, &format!("{path}/appeal"), &[("text", "She is in hospital now.")]).await;
        let same = all.commissioner.get(&decide).await;
        assert_eq!(same.status, StatusCode::FORBIDDEN, "{}", same.text());
        let forced = all.commissioner.post(&decide, &[("key", "forced"), ("version", "5"), ("choice", "refuse"),
            ("refuse_code", "criteria_apply"), ("refuse_words", "Still no.")]).await;
        assert!(matches!(forced.status, StatusCode::FORBIDDEN | StatusCode::CONFLICT), "{}", forced.text());
        done(&mut all.other, &decide, GRANTED).await;
        assert_eq!(stands(&portal, HEALTHY), (Some("SEMI".into()), false, "petition".into()));
        let page = all.gp.get(&path).await.text();
        assert!(page.contains("Rejection overturned") && !page.contains("Appeal against"), "{page}");
    }
}

on_both! {
    async fn opinions_are_blind_until_all_are_in_and_silence_does_not_block(portal) {
        let portal = cared_for(portal);
        let mut all = Parties::of(&portal).await;
        let path = submitted(&portal, &mut all.gp).await;
        let page = format!("{path}/opinion");
        done(&mut all.first, &page, &[("opinion", "oppose"), ("reason", "Not ours to treat")]).await;
        let second = all.second.get(&path).await.text();
        assert!(!second.contains("Not ours to treat") && second.contains("is hidden until all are in"), "{second}");
        assert!(!second.contains("Bram"), "a network that would care sees no name");
        let late = portal.on("2015-04-13");
        late.work().await;
        let mut second = late.signed_in("provider.pn02@example.org").await;
        let after = second.get(&path).await.text();
        assert!(after.contains("Under review") && after.contains("Not ours to treat"), "{after}");
        assert!(after.contains("said nothing by 13 April 2015"), "{after}");
        let refused = second.get(&page).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text());
    }
}

on_both! {
    async fn staff_draft_a_gp_submits_and_a_drafter_never_decides(portal) {
        let portal = cared_for(portal);
        let mut all = Parties::of(&portal).await;
        let person = pseudonym(&portal, HEALTHY);
        let path = draft(&mut all.staff, &person, "SEMI").await;
        done(&mut all.staff, &format!("{path}/check"), &[]).await;
        let ready = all.gp.get(&path).await.text();
        assert!(ready.contains("Ready for a GP to submit") && ready.contains("Draft"), "{ready}");
        portal.add_user("practice_staff.e87001@example.org", Role::Commissioner, Some("CCG01"));
        done(&mut all.gp, &format!("{path}/check"), &[]).await;
        opined(&mut all.first, &mut all.second, &path).await;
        let acting = all.staff.get("/account/acting-as").await;
        let text = acting.text();
        let commissioner = text.split("type=\"radio\"").find(|part| part.contains("Commissioner, Example CCG")).unwrap();
        let id = commissioner.split("value=\"").nth(1).unwrap().split('"').next().unwrap();
        all.staff.post("/account/acting-as", &[("membership", id)]).await;
        let refused = all.staff.get(&format!("{path}/decide")).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text());
        assert!(refused.text().contains("You drafted this petition"), "{}", refused.text());
    }
}

on_both! {
    async fn another_practices_petition_and_person_are_not_found_in_the_same_bytes(portal) {
        let portal = cared_for(portal);
        let mut all = Parties::of(&portal).await;
        let path = submitted(&portal, &mut all.gp).await;
        let mut stranger = signed_in(&portal, Role::Gp, "E87004").await;
        let theirs = stranger.get(&path).await;
        let nobody = stranger.get("/petitions/CG-00000000").await;
        assert_eq!((theirs.status, nobody.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
        assert_eq!(theirs.body, nobody.body);
        let person = stranger.get(&format!("/petitions/new?person={}", pseudonym(&portal, HEALTHY))).await;
        let never = stranger.get("/petitions/new?person=P-0000-0000").await;
        assert_eq!((person.status, &person.body), (StatusCode::NOT_FOUND, &never.body));
        let again = all.gp.get(&format!("/petitions/new?person={}", pseudonym(&portal, HEALTHY))).await.text();
        assert!(again.contains("one open petition at most"), "{again}");
    }
}

on_both! {
    async fn two_reviewers_decide_at_once_and_one_is_shown_what_happened(portal) {
        let portal = cared_for(portal);
        let mut all = Parties::of(&portal).await;
        let path = submitted(&portal, &mut all.gp).await;
        opined(&mut all.first, &mut all.second, &path).await;
        let decide = format!("{path}/decide");
        let seen = all.other.get(&decide).await;
        done(&mut all.commissioner, &decide, GRANTED).await;
        let (key, version) = (seen.field("key"), seen.field("version"));
        let mut sent = vec![("key", &*key), ("version", &*version)];
        sent.extend(REFUSED);
        let late = all.other.post(&decide, &sent).await;
        assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.text());
        assert!(late.text().contains("Agreed, from today.") && late.text().contains("Tell us more."));
        let kept: i64 = portal.read(|conn| Ok(holds::table.inner_join(people::table)
            .filter(people::nhs_number.eq(HEALTHY)).count().get_result(conn)?));
        assert_eq!(kept, 1);
    }
}

on_both! {
    async fn a_wrong_record_is_corrected_and_the_criteria_place_the_person(portal) {
        let portal = cared_for(portal);
        let mut all = Parties::of(&portal).await;
        let person = pseudonym(&portal, HEALTHY);
        let form = all.gp.get(&format!("/petitions/new?person={person}")).await;
        let key = form.field("key");
        let mut fields = filled(&key, "", &person, "");
        fields.iter_mut().filter(|field| field.0 == "category").for_each(|field| field.1 = "record_wrong");
        let sent = all.gp.post("/petitions/new", &fields).await;
        assert!(sent.location().ends_with("/record"), "{}", sent.text());
        let path = sent.location().trim_end_matches("/record").to_owned();
        let record = format!("{path}/record?fact=ltc_count");
        let same = send(&mut all.gp, &record, &format!("{path}/record"), &[("fact", "ltc_count"), ("count", "0")]).await;
        assert_eq!(same.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(same.text().contains("leave the person where they are"), "{}", same.text());
        let kept = send(&mut all.gp, &record, &format!("{path}/record"), &[("fact", "ltc_count"), ("count", "2")]).await;
        assert!(kept.location().ends_with("/check"), "{}", kept.text());
        done(&mut all.gp, &format!("{path}/check"), &[]).await;
        done(&mut all.first, &format!("{path}/opinion"), &[("opinion", "support"), ("reason", "Yes")]).await;
        done(&mut all.commissioner, &format!("{path}/decide"), &[
            ("choice", "grant"), ("grant_code", "record_corrected"), ("grant_words", "Corrected."), ("effective_day", "1 4 2015"),
        ]).await;
        assert_eq!(stands(&portal, HEALTHY), (Some("LTC_75".into()), false, "run".into()));
        let held: i64 = portal.read(|conn| Ok(holds::table.count().get_result(conn)?));
        assert_eq!(held, 0, "the fact is corrected, nobody is held");
        let shown = all.gp.get(&format!("/people/{person}")).await.text();
        assert!(shown.contains("not yet coded"), "{shown}");
    }
}
