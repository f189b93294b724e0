//! Judgement cases: who sees which, what a decision does at once, and that no run undoes it.

mod answers;
mod identified;
mod meanwhile;
mod together;

use actix_web::http::StatusCode;
use common_ground::access::Role;
use common_ground::groups::counts::{Wanted, of_run};
use common_ground::groups::place::Place;
use common_ground::runs::store::{Run, by_reference};
use common_ground::schema::{
    care_agreements, current_runs, localities, organisations, people, placements, runs,
};
use diesel::prelude::*;

use crate::grouped::{day, group, grouped, people_in};
use crate::harness::{Answer, Browser, TestPortal};
use crate::on_both;
use crate::samples;

/// Mental illness not known, two conditions: SEMI or LTC_16_74. Both networks care for SEMI.
pub const SEMI_OR_LTC: &str = "9990001782";
/// Homelessness not known: EXCLUDED, of PN02 alone, or a group of PN01's.
pub const HOMELESS: &str = "9990001723";
/// Nothing is known: several groups.
const NOTHING_KNOWN: &str = "9990001855";

/// The samples, grouped, with their care agreements.
pub fn cared_for(portal: TestPortal) -> TestPortal {
    let portal = grouped(portal);
    portal.write(|conn| {
        for row in samples::rows("good-care-agreements.csv") {
            let network: i64 = organisations::table
                .filter(organisations::code.eq(&row["provider_network_code"]))
                .select(organisations::id)
                .first(conn)?;
            let locality: i64 = localities::table
                .filter(localities::code.eq(&row["locality_code"]))
                .select(localities::id)
                .first(conn)?;
            diesel::insert_into(care_agreements::table)
                .values((
                    care_agreements::network_id.eq(network),
                    care_agreements::locality_id.eq(locality),
                    care_agreements::group_code.eq(&row["group_code"]),
                    care_agreements::from_on.eq(row["from_date"].parse::<chrono::NaiveDate>().unwrap()),
                    care_agreements::to_on.eq(row["to_date"].parse::<chrono::NaiveDate>().ok()),
                ))
                .execute(conn)?;
        }
        Ok(())
    });
    portal
}

pub fn pseudonym(portal: &TestPortal, nhs_number: &str) -> String {
    portal.read(|conn| {
        Ok(people::table.filter(people::nhs_number.eq(nhs_number)).select(people::pseudonym).first(conn)?)
    })
}

pub async fn signed_in(portal: &TestPortal, role: Role, organisation: &str) -> Browser {
    let email = format!("{}.{}@example.org", role.word(), organisation.to_lowercase());
    portal.add_user(&email, role, Some(organisation));
    portal.signed_in(&email).await
}

/// Sends a decision from the form as shown.
pub async fn decide(browser: &mut Browser, form: &Answer, pseudonym: &str, choice: &str) -> Answer {
    let (key, version) = (form.field("key"), form.field("version"));
    let sent = [
        ("key", &*key),
        ("version", &*version),
        ("choice", choice),
        ("reason", "Known to our community team"),
        ("review_day", "1"),
        ("review_month", "4"),
        ("review_year", "2016"),
    ];
    browser.post(&format!("/decisions/{pseudonym}/decision"), &sent).await
}

pub fn standing(portal: &TestPortal, locality: &str) -> Run {
    portal.read(|conn| {
        let reference: String = current_runs::table
            .inner_join(runs::table)
            .inner_join(localities::table.on(localities::id.eq(current_runs::locality_id)))
            .filter(localities::code.eq(locality))
            .select(runs::reference)
            .first(conn)?;
        Ok(by_reference(conn, &reference)?.unwrap())
    })
}

/// Where somebody stands: group, provisional, source.
pub fn stands(portal: &TestPortal, nhs_number: &str) -> (Option<String>, bool, String) {
    portal.read(|conn| {
        Ok(placements::table
            .inner_join(people::table)
            .filter(people::nhs_number.eq(nhs_number))
            .filter(placements::run_id.eq_any(current_runs::table.select(current_runs::run_id)))
            .select((placements::group_code, placements::provisional, placements::source))
            .first(conn)?)
    })
}

/// The count of a card on the home page, by what it counts, of one and of several; 0 where it is not shown.
pub async fn count_at_home(browser: &mut Browser, one: &str, several: &str) -> i64 {
    let home = browser.get("/").await.text();
    let count = |label: &str| {
        let (before, _) = home.split_once(&format!("</span> {label}</a>"))?;
        let (_, count) = before.rsplit_once('>').unwrap();
        Some(count.replace(',', "").parse().unwrap())
    };
    match count(one) {
        Some(1) => 1,
        Some(others) => panic!("{others} {one}"),
        None => count(several).inspect(|count| assert_ne!(*count, 1, "{several}")).unwrap_or(0),
    }
}

/// Every kept figure of the standing run equals a count of its placements.
pub fn assert_figures_agree(portal: &TestPortal, locality: &str) {
    let run = standing(portal, locality);
    portal.read(|conn| {
        let rows: Vec<(Option<String>, bool, bool, Option<bool>)> = placements::table
            .filter(placements::run_id.eq(run.id))
            .select((
                placements::group_code,
                placements::out_of_scope,
                placements::provisional,
                placements::supplementary_care,
            ))
            .load(conn)?;
        let mut counted: Vec<(Place, String)> = Vec::new();
        for (code, out_of_scope, provisional, supplementary) in rows {
            counted
                .push((Place::of(code.as_deref(), out_of_scope), format!("{provisional} {supplementary:?}")));
        }
        let mut places: Vec<Place> = counted.iter().map(|(place, _)| place.clone()).collect();
        let figures = of_run(conn, run.id, Wanted::All, None)?;
        places.extend(figures.iter().map(|figure| figure.place.clone()));
        places.sort();
        places.dedup();
        for place in places {
            for breakdown in common_ground::groups::counts::Breakdown::ALL {
                let of = figures.iter().filter(|one| one.place == place && one.breakdown == *breakdown);
                let tally: common_ground::disclosure::Tally = of.map(|one| one.tally).sum();
                let shown = common_ground::disclosure::release_tally(
                    tally,
                    common_ground::disclosure::Audience::MayList,
                );
                let here = counted.iter().filter(|(at, _)| *at == place);
                let provisional = here.clone().filter(|(_, how)| how.starts_with("true")).count();
                assert_eq!(shown.people.to_string(), here.count().to_string(), "{place:?} {breakdown:?}");
                assert_eq!(shown.provisional.to_string(), provisional.to_string(), "{place:?} {breakdown:?}");
            }
        }
        Ok(())
    });
}

on_both! {
    async fn a_network_sees_the_cases_of_the_groups_it_cares_for_and_no_others(portal) {
        let portal = cared_for(portal);
        let (homeless, semi) = (pseudonym(&portal, HOMELESS), pseudonym(&portal, SEMI_OR_LTC));
        let mut first = signed_in(&portal, Role::Provider, "PN01").await;
        let mut second = signed_in(&portal, Role::Provider, "PN02").await;
        let list = first.get("/decisions").await.text();
        assert!(list.contains(&homeless) && list.contains(&semi) && list.contains(">Decide<"), "{list}");
        let fewer = second.get("/decisions").await.text();
        assert!(fewer.contains(&homeless) && fewer.contains(&semi), "{fewer}");
        assert!(people_in(&fewer) < people_in(&list));
        let mut commissioner = signed_in(&portal, Role::Commissioner, "CCG01").await;
        let all = commissioner.get("/decisions").await.text();
        assert!(people_in(&all) >= people_in(&list) && !all.contains(">Decide<"));
        let only = commissioner.get("/decisions?fact=homeless").await.text();
        assert!(only.contains(&homeless) && !only.contains(&semi), "{only}");
        let file = commissioner.get("/decisions.csv?fact=homeless").await.text();
        assert_eq!(file.lines().count() as i64 - 1, people_in(&only), "{file}");
        assert!(file.contains("homeless") && file.contains(&homeless));
        let numbers = [HOMELESS, SEMI_OR_LTC].map(|number| list.contains(number) || all.contains(number));
        assert_eq!(numbers, [false, false], "pseudonyms alone");
        let nobody = first.get("/decisions/P-0000-0000").await;
        let somebody = pseudonym(&portal, "9990001111");
        let no_case = first.get(&format!("/decisions/{somebody}")).await;
        assert_eq!((nobody.status, no_case.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
        assert_eq!(nobody.body, no_case.body);
    }
}

on_both! {
    async fn a_decision_holds_the_person_at_once_and_no_run_moves_them(portal) {
        let portal = cared_for(portal);
        let pseudonym = pseudonym(&portal, SEMI_OR_LTC);
        let mut network = signed_in(&portal, Role::Provider, "PN01").await;
        assert_eq!(stands(&portal, SEMI_OR_LTC), (Some("LTC_16_74".into()), true, "run".into()));
        let case = network.get(&format!("/decisions/{pseudonym}")).await;
        assert!(case.text().contains("In Severe and enduring mental illness") || case.text().contains("in:SEMI"), "{}", case.text());
        let sent = decide(&mut network, &case, &pseudonym, "in:SEMI").await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
        assert_eq!(stands(&portal, SEMI_OR_LTC), (Some("SEMI".into()), false, "decision".into()));
        assert_figures_agree(&portal, "LOC01");
        let twice = decide(&mut network, &case, &pseudonym, "in:SEMI").await;
        assert_eq!(twice.status, StatusCode::SEE_OTHER, "sent twice, done once");
        let page = network.get(&format!("/people/{pseudonym}")).await.text();
        assert!(page.contains("Decision, D-") && page.contains(">Held<") && !page.contains(">Provisional<"), "{page}");
        let mut commissioner = signed_in(&portal, Role::Commissioner, "CCG01").await;
        let people = commissioner.get("/people.csv?locality=LOC01").await.text();
        let row = people.lines().find(|line| line.starts_with(&pseudonym)).unwrap();
        assert!(row.contains(",SEMI,N,") && row.contains(",decision,") && row.contains("held by D-"), "{row}");
        let ledger = commissioner.get("/movements.csv?locality=LOC01&cause=decision").await.text();
        assert!(ledger.contains(&format!("{pseudonym},LTC_16_74,SEMI,2015-04-01,decision,D-")), "{ledger}");
        let run = group(&portal, "LOC01", day());
        assert_eq!(stands(&portal, SEMI_OR_LTC), (Some("SEMI".into()), false, "decision".into()));
        assert_figures_agree(&portal, "LOC01");
        let summary = portal.read(|conn| Ok(by_reference(conn, &run.reference)?.unwrap())).summary().unwrap().unwrap();
        assert_eq!((summary.held, summary.held_elsewhere, summary.moved), (1, 1, 0));
        let page = commissioner.get(&format!("/runs/{}", run.reference)).await.text();
        assert!(page.contains("held by decisions, not moved"), "{page}");
        let held = commissioner.get("/decisions?state=decided").await.text();
        assert!(held.contains(&pseudonym) && held.contains("Until 1 April 2016"), "{held}");
    }
}

on_both! {
    async fn the_network_that_comes_second_is_told_what_was_decided(portal) {
        let portal = cared_for(portal);
        let pseudonym = pseudonym(&portal, SEMI_OR_LTC);
        let mut first = signed_in(&portal, Role::Provider, "PN01").await;
        let mut second = signed_in(&portal, Role::Provider, "PN02").await;
        let address = format!("/decisions/{pseudonym}");
        let (one, two) = (first.get(&address).await, second.get(&address).await);
        assert_eq!(decide(&mut first, &one, &pseudonym, "not:SEMI").await.status, StatusCode::SEE_OTHER);
        let late = decide(&mut second, &two, &pseudonym, "in:SEMI").await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        let page = late.text();
        assert!(page.contains("What was decided") && page.contains("Not in ") && page.contains("What you had written"));
        assert!(page.contains("Known to our community team"), "{page}");
        assert_eq!(stands(&portal, SEMI_OR_LTC), (Some("LTC_16_74".into()), false, "decision".into()));
        let since = first.get(&format!("/people/{pseudonym}")).await.text();
        assert!(since.contains("Stays in"), "a decision stands in the ledger also where the group stays: {since}");
        assert_figures_agree(&portal, "LOC01");
    }
}

on_both! {
    async fn ruling_out_one_of_several_narrows_the_case(portal) {
        let portal = cared_for(portal);
        let pseudonym = pseudonym(&portal, NOTHING_KNOWN);
        let mut network = signed_in(&portal, Role::Provider, "PN01").await;
        let address = format!("/decisions/{pseudonym}");
        let case = network.get(&address).await;
        let before = stands(&portal, NOTHING_KNOWN);
        let stale = network.get(&address).await;
        let sent = decide(&mut network, &case, &pseudonym, "not:SEMI").await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
        assert_eq!(stands(&portal, NOTHING_KNOWN), before, "still open, and where it was");
        let case = network.get(&address).await;
        assert!(case.text().contains("Ruled out already") && !case.text().contains("in:SEMI"));
        let old = decide(&mut network, &stale, &pseudonym, "in:SEMI").await;
        assert_eq!(old.status, StatusCode::CONFLICT);
        assert!(old.text().contains("Yours and theirs"), "{}", old.text());
        let own = format!("not:{}", before.0.as_deref().unwrap());
        let which = decide(&mut network, &case, &pseudonym, &own).await;
        assert_eq!(which.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(which.text().contains("Choose the one they are in"), "{}", which.text());
        let blank = network.post(&format!("{address}/decision"), &[("key", "a-key"), ("version", &case.field("version"))]).await;
        assert_eq!(blank.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(blank.text().contains("Choose what you decide") && blank.text().contains("Enter the reason"));
    }
}
