//! A fact asked of the practice, answered, corrected beside the register, and what later registers make of it.

use actix_web::http::StatusCode;
use common_ground::access::Role;
use common_ground::imports::kind::Kind;
use common_ground::people::corrections::fact_changes;
use common_ground::schema::{corrections, outgoing_mail, questions, users};
use diesel::prelude::*;

use super::{HOMELESS, assert_figures_agree, cared_for, count_at_home, decide, pseudonym, signed_in, stands};
use crate::grouped::{day, group, people_in};
use crate::harness::{Answer, Browser, TestPortal};
use crate::imports::loading::{Trial, example};
use crate::on_both;

/// Count not known, of Birch Practice.
const COUNT: &str = "9990001790";

async fn ask(browser: &mut Browser, pseudonym: &str, fact: &str) -> Answer {
    let address = format!("/decisions/{pseudonym}/question");
    let form = browser.get(&address).await;
    assert_eq!(form.status, StatusCode::OK, "{}", form.text());
    let key = form.field("key");
    browser.post(&address, &[("key", &key), ("fact", fact), ("reason", "It decides the group")]).await
}

fn question_about(portal: &TestPortal, nhs_number: &str) -> String {
    use common_ground::schema::people;
    portal.read(|conn| {
        Ok(questions::table
            .inner_join(people::table)
            .filter(people::nhs_number.eq(nhs_number))
            .order(questions::id.desc())
            .select(questions::reference)
            .first(conn)?)
    })
}

async fn answer(browser: &mut Browser, reference: &str, fields: &[(&str, &str)]) -> Answer {
    let address = format!("/decisions/questions/{reference}");
    let form = browser.get(&address).await;
    assert_eq!(form.status, StatusCode::OK, "{}", form.text());
    let key = form.field("key");
    let mut sent = vec![("key", &*key)];
    sent.extend_from_slice(fields);
    browser.post(&address, &sent).await
}

/// To whom letters of a kind wait, with what they are about.
fn letters(portal: &TestPortal, letter: &str) -> Vec<(String, String)> {
    portal.read(|conn| {
        Ok(outgoing_mail::table
            .inner_join(users::table)
            .filter(outgoing_mail::letter.eq(letter))
            .order(outgoing_mail::id)
            .select((users::email, outgoing_mail::about))
            .load(conn)?)
    })
}

fn correction(portal: &TestPortal) -> (String, String, Option<String>, Option<String>) {
    portal.read(|conn| {
        Ok(corrections::table
            .order(corrections::id.desc())
            .select((
                corrections::state,
                corrections::corrected,
                corrections::register_value,
                corrections::ended_value,
            ))
            .first(conn)?)
    })
}

/// Imports the row of one person from the good file of people, with one cell changed.
fn import(portal: &TestPortal, nhs_number: &str, column: &str, value: &str) {
    let mut reader = csv::Reader::from_path(example("good-people.csv")).unwrap();
    let headers = reader.headers().unwrap().clone();
    let at = headers.iter().position(|header| header == column).unwrap();
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(&headers).unwrap();
    let row = reader.records().map(Result::unwrap).find(|row| &row[0] == nhs_number).unwrap();
    out.write_record(row.iter().enumerate().map(|(place, cell)| if place == at { value } else { cell }))
        .unwrap();
    let file = portal.folder().join("people.csv");
    std::fs::write(&file, out.into_inner().unwrap()).unwrap();
    Trial::of(portal, Kind::People, file).load();
}

on_both! {
    async fn a_practice_answers_and_the_person_is_placed_at_once(portal) {
        let portal = cared_for(portal);
        let who = pseudonym(&portal, HOMELESS);
        let mut network = signed_in(&portal, Role::Provider, "PN02").await;
        let mut gp = signed_in(&portal, Role::Gp, "E87001").await;
        let mut elsewhere = signed_in(&portal, Role::Gp, "E87002").await;
        assert_eq!(stands(&portal, HOMELESS), (Some("HEALTHY_16_74".into()), true, "run".into()));
        let sent = ask(&mut network, &who, "homeless").await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
        let reference = question_about(&portal, HOMELESS);
        let address = format!("/decisions/questions/{reference}");
        let asked = letters(&portal, "question_asked");
        assert_eq!(asked.len(), 1, "one a person of the practice");
        assert_eq!(asked[0], ("gp.e87001@example.org".into(), format!("{reference} {address} -")));
        assert!(network.get("/decisions?state=asked").await.text().contains(&who));
        let again = network.get(&format!("/decisions/{who}/question")).await.text();
        assert!(again.contains("There is no fact to ask the practice for"), "asked already: {again}");
        let list = gp.get("/decisions").await.text();
        assert!(people_in(&list) == 1 && list.contains("Sample-066") && list.contains(&reference), "{list}");
        assert_eq!(people_in(&elsewhere.get("/decisions").await.text()), 0);
        assert_eq!(elsewhere.get(&address).await.status, StatusCode::NOT_FOUND);
        assert_eq!(network.get(&address).await.location(), format!("/decisions/{who}"));
        let nothing = answer(&mut gp, &reference, &[]).await;
        assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(nothing.text().contains("Choose yes, no or not known"), "{}", nothing.text());
        let before = portal.read(fact_changes);
        let sent = answer(&mut gp, &reference, &[("answer", "yes")]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
        assert_eq!(stands(&portal, HOMELESS), (Some("EXCLUDED".into()), false, "run".into()));
        assert_eq!(portal.read(fact_changes), before + 1);
        assert_figures_agree(&portal, "LOC01");
        let back = letters(&portal, "question_answered");
        assert_eq!(back[0], ("provider.pn02@example.org".into(), format!("{reference} {address} -")));
        let late = gp.post(&address, &[("key", "another"), ("answer", "no")]).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        assert!(late.text().contains("What you had answered") && late.text().contains("Answered: yes"));
        let page = gp.get(&format!("/people/{who}")).await.text();
        assert!(page.contains("not yet coded") && page.contains(&format!("Correction, {reference}")), "{page}");
        let mut commissioner = signed_in(&portal, Role::Commissioner, "CCG01").await;
        let page = commissioner.get(&format!("/people/{who}")).await.text();
        assert!(!page.contains("not yet coded"), "homelessness is shown to the practice alone: {page}");
        let retired = network.get("/decisions?state=retired").await.text();
        assert!(retired.contains(&who) && retired.contains(&reference), "{retired}");
        let list = gp.get("/decisions?view=corrections").await.text();
        assert!(people_in(&list) == 1 && list.contains("Sample-066") && list.contains("blank"), "{list}");
        let file = gp.get("/decisions.csv?view=corrections").await.text();
        assert!(file.contains(&format!("{HOMELESS},{who},homeless,,yes,{reference},2015-04-01,standing,")), "{file}");
        group(&portal, "LOC01", day());
        assert_eq!(stands(&portal, HOMELESS).0, Some("EXCLUDED".into()), "the next run reads the correction");
    }
}

on_both! {
    async fn a_later_register_confirms_a_correction_or_leaves_it_or_ends_it(portal) {
        let portal = cared_for(portal);
        let who = pseudonym(&portal, COUNT);
        let mut network = signed_in(&portal, Role::Provider, "PN01").await;
        let mut gp = signed_in(&portal, Role::PracticeStaff, "E87002").await;
        assert_eq!(ask(&mut network, &who, "ltc_count").await.status, StatusCode::SEE_OTHER);
        let reference = question_about(&portal, COUNT);
        let wrong = answer(&mut gp, &reference, &[("count", "many")]).await;
        assert!(wrong.text().contains("Enter a whole number from 0 to 40") && wrong.text().contains("value=\"many\""));
        let sent = answer(&mut gp, &reference, &[("count", "2")]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
        assert_eq!(stands(&portal, COUNT), (Some("LTC_16_74".into()), false, "run".into()));
        import(&portal, "9990001006", "annual_cost_pence", "77");
        assert_eq!(correction(&portal), ("standing".into(), "2".into(), None, None), "a blank leaves it");
        import(&portal, COUNT, "ltc_count", "2");
        assert_eq!(correction(&portal).0, "confirmed");
        let list = gp.get("/decisions?view=corrections&state=confirmed").await.text();
        assert!(list.contains("register import 3"), "{list}");
        group(&portal, "LOC01", day());
        assert_eq!(stands(&portal, COUNT).0, Some("LTC_16_74".into()));
    }
}

on_both! {
    async fn a_third_value_ends_a_correction_and_says_so(portal) {
        let portal = cared_for(portal);
        let who = pseudonym(&portal, COUNT);
        let mut network = signed_in(&portal, Role::Provider, "PN01").await;
        let mut gp = signed_in(&portal, Role::Gp, "E87002").await;
        ask(&mut network, &who, "ltc_count").await;
        answer(&mut gp, &question_about(&portal, COUNT), &[("count", "0")]).await;
        assert_eq!(stands(&portal, COUNT).0, Some("HEALTHY_16_74".into()));
        import(&portal, COUNT, "ltc_count", "3");
        assert_eq!(correction(&portal), ("ended".into(), "0".into(), None, Some("3".into())));
        let list = gp.get("/decisions?view=corrections&state=ended").await.text();
        assert!(list.contains("register import 2 says 3"), "{list}");
        group(&portal, "LOC01", day());
        assert_eq!(stands(&portal, COUNT).0, Some("LTC_16_74".into()), "the register goes before");
    }
}

on_both! {
    async fn a_register_that_brings_the_fact_retires_the_case_and_ends_no_decision(portal) {
        let portal = cared_for(portal);
        let (open, decided) = (pseudonym(&portal, HOMELESS), pseudonym(&portal, COUNT));
        let mut network = signed_in(&portal, Role::Provider, "PN01").await;
        ask(&mut network, &open, "homeless").await;
        let form = network.get(&format!("/decisions/{open}")).await;
        let case = network.get(&format!("/decisions/{decided}")).await;
        assert_eq!(decide(&mut network, &case, &decided, "in:HEALTHY_16_74").await.status, StatusCode::SEE_OTHER);
        import(&portal, HOMELESS, "homeless", "N");
        let waiting = network.get("/decisions").await.text();
        assert!(!waiting.contains(&open), "{waiting}");
        let retired = network.get("/decisions?state=retired").await.text();
        assert!(retired.contains(&open) && retired.contains("Register import 2"), "{retired}");
        let page = network.get(&format!("/decisions/{open}")).await.text();
        assert!(page.contains("The register now knows: import 2") && page.contains("Withdrawn: the register now knows"), "{page}");
        let late = decide(&mut network, &form, &open, "in:EXCLUDED").await;
        assert_eq!(late.status, StatusCode::CONFLICT, "there is nothing to decide");
        import(&portal, COUNT, "ltc_count", "4");
        let page = network.get(&format!("/decisions/{decided}")).await.text();
        assert!(page.contains("The register now knows: number of long-term conditions: 4"), "{page}");
        group(&portal, "LOC01", day());
        assert_eq!(stands(&portal, COUNT), (Some("HEALTHY_16_74".into()), false, "decision".into()));
        assert!(network.get("/decisions?state=retired").await.text().contains(&open), "it stays said after the run");
    }
}

on_both! {
    async fn not_known_is_an_answer_and_the_case_is_open_again(portal) {
        let portal = cared_for(portal);
        let who = pseudonym(&portal, HOMELESS);
        let mut network = signed_in(&portal, Role::Provider, "PN02").await;
        let mut gp = signed_in(&portal, Role::Gp, "E87001").await;
        ask(&mut network, &who, "homeless").await;
        let sent = answer(&mut gp, &question_about(&portal, HOMELESS), &[("answer", "not_known")]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER);
        assert!(stands(&portal, HOMELESS).1, "still provisional");
        let page = network.get(&format!("/decisions/{who}")).await.text();
        assert!(page.contains("Answered: not known") && page.contains("What do you decide?"), "{page}");
        assert_eq!(ask(&mut network, &who, "homeless").await.status, StatusCode::SEE_OTHER, "it can be asked again");
    }
}

on_both! {
    async fn what_waits_stands_on_the_home_of_those_it_waits_for(portal) {
        let portal = cared_for(portal);
        let who = pseudonym(&portal, HOMELESS);
        let mut network = signed_in(&portal, Role::Provider, "PN02").await;
        let mut gp = signed_in(&portal, Role::Gp, "E87001").await;
        ask(&mut network, &who, "homeless").await;
        assert_eq!(count_at_home(&mut gp, "fact a provider network asks you for", "facts a provider network asks you for").await, 1);
        let list = people_in(&network.get("/decisions").await.text());
        assert_eq!(count_at_home(&mut network, "judgement case waiting for a decision", "judgement cases waiting for a decision").await, list);
        answer(&mut gp, &question_about(&portal, HOMELESS), &[("answer", "no")]).await;
        assert_eq!(count_at_home(&mut gp, "correction not yet coded in your own system", "corrections not yet coded in your own system").await, 1);
        assert_eq!(count_at_home(&mut network, "judgement case waiting for a decision", "judgement cases waiting for a decision").await, list - 1);
    }
}
