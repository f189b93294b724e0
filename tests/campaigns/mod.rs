//! LTC6 campaigns as a commissioner runs them: from a draft to a sample, and open.

mod drafting;
mod letters;
mod sampling;

use common_ground::access::Role;
use common_ground::ltc6::campaign::Campaign;
use common_ground::people::register::FOREVER;
use common_ground::schema::{levels_of_need, organisations, person_contacts, person_records};
use diesel::prelude::*;

use crate::grouped::loaded;
use crate::harness::{Answer, Browser, TestPortal};

/// The samples, whose people have an address and an e-mail address each, and a level in turn: low, medium, high, none.
pub fn supported(portal: TestPortal) -> TestPortal {
    let portal = loaded(portal);
    portal.write(|conn| {
        let people: Vec<i64> = person_records::table
            .filter(person_records::until_register.eq(FOREVER))
            .order(person_records::person_id)
            .select(person_records::person_id)
            .load(conn)?;
        let coordinator: i64 = organisations::table
            .filter(organisations::kind.eq("practice"))
            .select(organisations::id)
            .first(conn)?;
        for (at, person) in people.into_iter().enumerate() {
            diesel::insert_into(person_contacts::table)
                .values((
                    person_contacts::person_id.eq(person),
                    person_contacts::from_register.eq(1),
                    person_contacts::until_register.eq(FOREVER),
                    person_contacts::address.eq(format!("{} Sample Street|Example Town", at + 1)),
                    person_contacts::postcode.eq("EX1 1MP"),
                    person_contacts::email.eq(format!("person{at}@example.org")),
                    person_contacts::contact_preference.eq((at % 5 == 4).then_some("email")),
                    person_contacts::large_print.eq(at % 6 == 5),
                    person_contacts::ltc6_opt_out.eq(at % 10 == 8),
                    person_contacts::data_opt_out.eq(false),
                ))
                .execute(conn)?;
            let Some(level) = ["low", "medium", "high"].get(at % 4) else { continue };
            diesel::insert_into(levels_of_need::table)
                .values((
                    levels_of_need::person_id.eq(person),
                    levels_of_need::from_register.eq(1),
                    levels_of_need::until_register.eq(FOREVER),
                    levels_of_need::assessed_on.eq("2015-01-05".parse::<chrono::NaiveDate>().unwrap()),
                    levels_of_need::cause.eq("initial"),
                    levels_of_need::level.eq(level),
                    levels_of_need::coordinator_id.eq(coordinator),
                    levels_of_need::next_review_on.eq("2016-01-05".parse::<chrono::NaiveDate>().unwrap()),
                ))
                .execute(conn)?;
        }
        Ok(())
    });
    portal
}

/// A commissioner of LOC01 signed in.
pub async fn commissioner(portal: &TestPortal) -> Browser {
    portal.add_user("ann@example.org", Role::Commissioner, Some("CCG01"));
    portal.signed_in("ann@example.org").await
}

/// A campaign's form, whole; what `changed` names is typed otherwise.
pub fn form(changed: &[(&str, &str)]) -> Vec<(String, String)> {
    let whole = [
        ("code", "C2015"),
        ("name", "What patients say 2015"),
        ("locality", "LOC01"),
        ("opens_on_day", "1"),
        ("opens_on_month", "4"),
        ("opens_on_year", "2015"),
        ("closes_on_day", "31"),
        ("closes_on_month", "5"),
        ("closes_on_year", "2015"),
        ("delivery", "letter"),
        ("run_by", "Example CCG"),
        ("about", "Your care over the last 12 months."),
        ("help_name", "Sam Helper"),
        ("help_phone", "020 7946 0000"),
        ("return_address", "Example CCG\nFreepost EX1"),
        ("want_low", "3"),
        ("want_medium", "3"),
        ("want_high", "3"),
        ("want_none", "0"),
    ];
    let mut fields: Vec<(String, String)> =
        whole.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    for (name, value) in changed {
        fields.retain(|(each, _)| each != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    fields
}

/// Sends a form to an address with the key, and the version if there is one, of the page there.
pub async fn send(browser: &mut Browser, path: &str, fields: &[(String, String)]) -> Answer {
    let page = browser.get(path).await;
    let key = page.field("key");
    let version =
        if page.text().contains("name=\"version\"") { page.field("version") } else { String::new() };
    let mut all: Vec<(&str, &str)> = vec![("key", &key), ("version", &version)];
    all.extend(fields.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    browser.post(path, &all).await
}

/// A campaign that is drafted; its address.
pub async fn drafted(browser: &mut Browser, changed: &[(&str, &str)]) -> String {
    let added = send(browser, "/campaigns/new", &form(changed)).await;
    assert!(added.location().starts_with("/campaigns/C-"), "{}", added.text());
    added.location().to_owned()
}

/// A campaign whose sample is drawn; its address.
pub async fn drawn(browser: &mut Browser, changed: &[(&str, &str)]) -> String {
    let path = drafted(browser, changed).await;
    let done = send(browser, &format!("{path}/sample"), &[]).await;
    assert_eq!(done.location(), path, "{}", done.text());
    path
}

/// A campaign that is open; its address.
pub async fn open(browser: &mut Browser, changed: &[(&str, &str)]) -> String {
    let path = drawn(browser, changed).await;
    let done = send(browser, &format!("{path}/opening"), &[]).await;
    assert_eq!(done.location(), path, "{}", done.text());
    path
}

/// The campaign at an address.
pub fn stored(portal: &TestPortal, path: &str) -> Campaign {
    let reference = path.rsplit('/').next().unwrap().to_owned();
    portal.read(|conn| Campaign::by_reference(conn, &reference))
}
