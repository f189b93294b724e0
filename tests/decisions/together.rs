//! Several cases decided together, and decisions looked at again.

use actix_web::http::StatusCode;
use common_ground::access::Role;

use super::{
    SEMI_OR_LTC, assert_figures_agree, cared_for, count_at_home, decide, pseudonym, signed_in, stands,
};
use crate::grouped::{group, people_in};
use crate::harness::{Answer, Browser, TestPortal};
use crate::on_both;

/// The two people whose count alone is not known, aged under 75.
const COUNT: [&str; 2] = ["9990001790", "9990001804"];

fn batch_of(form: &Answer) -> Vec<(String, String)> {
    ["key", "facts", "could_be"].map(|name| (name.to_owned(), form.field(name))).to_vec()
}

async fn send(browser: &mut Browser, form: &Answer, more: &[(&str, &str)]) -> Answer {
    let fields = batch_of(form);
    let mut sent: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
    sent.extend_from_slice(&[("review_day", "1"), ("review_month", "4"), ("review_year", "2016")]);
    sent.extend_from_slice(more);
    browser.post("/decisions/together/LOC01", &sent).await
}

/// The page that decides the cases that hang on the count alone.
async fn form(browser: &mut Browser) -> Answer {
    let address = "/decisions/together/LOC01?facts=ltc_count&could_be=LTC_16_74%3BHEALTHY_16_74";
    browser.get(address).await
}

fn pseudonyms(portal: &TestPortal) -> [String; 2] {
    COUNT.map(|number| pseudonym(portal, number))
}

on_both! {
    async fn cases_alike_are_decided_together_each_with_its_own_record(portal) {
        let portal = cared_for(portal);
        let [first, second] = pseudonyms(&portal);
        let mut network = signed_in(&portal, Role::Provider, "PN01").await;
        let list = network.get("/decisions").await.text();
        assert!(list.contains("Decide together") && list.contains("/decisions/together/LOC01?facts"), "{list}");
        let page = form(&mut network).await;
        assert!(page.text().contains(&first) && page.text().contains(&second), "{}", page.text());
        let none = send(&mut network, &page, &[("which", "chosen"), ("choice", "in:LTC_16_74"), ("reason", "Known")]).await;
        assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(none.text().contains("Choose at least one person") && none.text().contains(">\nKnown<"), "{}", none.text());
        let sent = send(&mut network, &page, &[("which", "all"), ("choice", "in:LTC_16_74"), ("reason", "Known")]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
        let done = network.get(sent.location()).await.text();
        assert!(done.contains(&first) && done.contains(&second) && done.matches(">D-").count() == people_in(&done) as usize, "{done}");
        for number in COUNT {
            assert_eq!(stands(&portal, number), (Some("LTC_16_74".into()), false, "decision".into()));
        }
        assert_figures_agree(&portal, "LOC01");
        let twice = send(&mut network, &page, &[("which", "all"), ("choice", "in:LTC_16_74"), ("reason", "Known")]).await;
        assert_eq!(twice.location(), sent.location(), "sent twice, done once");
        let again = form(&mut network).await;
        assert_eq!((again.status, again.location()), (StatusCode::SEE_OTHER, sent.location()), "reloaded, it is told");
        let late = [("which", "all"), ("choice", "in:LTC_16_74"), ("reason", "Known"), ("key", "another")];
        let late = network.post("/decisions/together/LOC01", &[&late[..], &[("facts", "ltc_count"), ("could_be", "LTC_16_74;HEALTHY_16_74")]].concat()).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        assert!(late.text().contains(sent.location()), "{}", late.text());
        let mut other = signed_in(&portal, Role::Provider, "PN02").await;
        assert_eq!(other.get(sent.location()).await.status, StatusCode::NOT_FOUND);
        let mut commissioner = signed_in(&portal, Role::Commissioner, "CCG01").await;
        assert_eq!(commissioner.get(sent.location()).await.status, StatusCode::OK);
    }
}

on_both! {
    async fn a_case_changed_meanwhile_is_left_out_and_listed(portal) {
        let portal = cared_for(portal);
        let [first, second] = pseudonyms(&portal);
        let mut network = signed_in(&portal, Role::Provider, "PN01").await;
        let page = form(&mut network).await;
        let case = network.get(&format!("/decisions/{first}")).await;
        decide(&mut network, &case, &first, "in:HEALTHY_16_74").await;
        let chosen = [("people", &*first), ("people", &*second), ("which", "chosen")];
        let sent = send(&mut network, &page, &[&chosen[..], &[("choice", "in:LTC_16_74"), ("reason", "Known")]].concat()).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
        let done = network.get(sent.location()).await.text();
        assert!(done.contains("1 decision recorded, 1 left out") && done.contains("decided meanwhile"), "{done}");
        assert_eq!(stands(&portal, COUNT[0]).0, Some("HEALTHY_16_74".into()));
        assert_eq!(stands(&portal, COUNT[1]).0, Some("LTC_16_74".into()));
    }
}

on_both! {
    async fn a_decision_is_kept_or_ended_by_a_dated_act_of_its_own(portal) {
        let portal = cared_for(portal);
        let pseudonym = pseudonym(&portal, SEMI_OR_LTC);
        let mut network = signed_in(&portal, Role::Provider, "PN01").await;
        let case = network.get(&format!("/decisions/{pseudonym}")).await;
        decide(&mut network, &case, &pseudonym, "in:SEMI").await;
        let address = format!("/decisions/{pseudonym}/review");
        let page = network.get(&address).await;
        let (key, version, of) = (page.field("key"), page.field("version"), page.field("of"));
        let fields = [("key", &*key), ("version", &*version), ("of", &*of), ("review_day", "1"), ("review_month", "4"), ("review_year", "2017")];
        let blank = network.post(&address, &fields).await;
        assert_eq!(blank.status, StatusCode::UNPROCESSABLE_ENTITY);
        let keep = [&fields[..], &[("choice", "keep"), ("reason", "Nothing has changed")]].concat();
        assert_eq!(network.post(&address, &keep).await.status, StatusCode::SEE_OTHER);
        assert_eq!(stands(&portal, SEMI_OR_LTC), (Some("SEMI".into()), false, "decision".into()));
        let held = network.get("/decisions?state=decided").await.text();
        assert!(held.contains("Until 1 April 2017"), "{held}");
        let end = [("key", "other"), ("version", &*version), ("of", &*of), ("choice", "end"), ("reason", "Too late")];
        let stale = network.post(&address, &end).await;
        assert_eq!(stale.status, StatusCode::CONFLICT);
        assert!(stale.text().contains("Nothing has changed") && stale.text().contains("Too late"), "{}", stale.text());
        let page = network.get(&address).await;
        let (key, version, of) = (page.field("key"), page.field("version"), page.field("of"));
        let end = [("key", &*key), ("version", &*version), ("of", &*of), ("choice", "end"), ("reason", "Assessed again")];
        let sent = network.post(&address, &end).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
        assert_eq!(stands(&portal, SEMI_OR_LTC), (Some("LTC_16_74".into()), true, "run".into()));
        assert_figures_agree(&portal, "LOC01");
        let case = network.get(&format!("/decisions/{pseudonym}")).await;
        assert!(case.text().contains("What do you decide?") && case.text().contains("Assessed again"), "open again");
        let mut commissioner = signed_in(&portal, Role::Commissioner, "CCG01").await;
        let ledger = commissioner.get("/movements.csv?locality=LOC01&cause=decision").await.text();
        assert_eq!(ledger.matches(&pseudonym).count(), 3, "decided, kept, ended: {ledger}");
    }
}

on_both! {
    async fn at_its_review_date_a_decision_is_due_and_stands(portal) {
        let mut portal = cared_for(portal);
        let pseudonym = pseudonym(&portal, SEMI_OR_LTC);
        let mut network = signed_in(&portal, Role::Provider, "PN01").await;
        let case = network.get(&format!("/decisions/{pseudonym}")).await;
        decide(&mut network, &case, &pseudonym, "in:SEMI").await;
        let later: chrono::NaiveDate = "2016-04-01".parse().unwrap();
        portal.tools.clock = common_ground::clock::Clock::fixed(later);
        portal.portal.clock = portal.tools.clock;
        portal.portal.tools = portal.tools.clone();
        group(&portal, "LOC01", later);
        assert_eq!(stands(&portal, SEMI_OR_LTC), (Some("SEMI".into()), false, "decision".into()));
        let mut commissioner = signed_in(&portal, Role::Commissioner, "CCG01").await;
        let home = count_at_home(&mut commissioner, "person held by a decision whose review date has come", "people held by decisions whose review date has come").await;
        let due = commissioner.get("/decisions?state=due").await.text();
        assert_eq!((home, people_in(&due)), (1, 1));
        assert!(due.contains(&pseudonym) && due.contains("Overdue"), "{due}");
        let file = commissioner.get("/people.csv?locality=LOC01").await.text();
        assert!(file.lines().any(|line| line.starts_with(&pseudonym) && line.contains("held by D-")), "{file}");
    }
}
