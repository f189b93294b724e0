//! A GP finds a person of the practice and reads why they are where they are; another practice's person is not found.

use crate::{Journey, journey};

journey!(gp_finds_a_person);

async fn gp_finds_a_person(journey: &Journey) {
    let browser = &journey.browser;
    let gp = journey.portal.account("gp").clone();
    let practice = gp.organisation.clone().expect("a GP has a practice");
    let (ours, theirs) = two_people(journey, &practice);
    journey.sign_in(&gp).await;
    journey.look("home").await;
    browser.follow("People").await;
    journey.look("people").await;
    browser.fill("Find a person", "nobody of that name").await;
    browser.press("Find a person").await;
    browser.must_say("Nobody you may see is found by what you typed.").await;
    journey.look("nobody").await;
    browser.fill("Find a person", &ours.nhs_number).await;
    browser.press("Find a person").await;
    assert_eq!(browser.path().await, format!("/people/{}", ours.pseudonym), "one number leads to the person");
    browser.must_say("Why").await;
    browser.must_say("Met:").await;
    journey.look("person").await;
    journey.open(&format!("/people/{}", theirs.pseudonym)).await;
    assert_eq!(browser.heading().await, "Page not found");
}

struct Listed {
    nhs_number: String,
    pseudonym: String,
}

/// Somebody registered with `practice`, and somebody who is not.
fn two_people(journey: &Journey, practice: &str) -> (Listed, Listed) {
    let placements = journey.portal.run(&["export", "placements", "--identified"]);
    let mut rows = csv::Reader::from_reader(placements.trim_start_matches('\u{feff}').as_bytes());
    let headers = rows.headers().expect("a header line").clone();
    let place = |name: &str| headers.iter().position(|header| header == name).expect(name);
    let columns = (place("nhs_number"), place("pseudonym"), place("practice"));
    let (mut ours, mut theirs) = (None, None);
    for row in rows.records() {
        let row = row.expect("a row");
        let listed = Listed { nhs_number: row[columns.0].into(), pseudonym: row[columns.1].into() };
        if &row[columns.2] == practice { ours = Some(listed) } else { theirs = Some(listed) }
    }
    (ours.expect("people of the practice"), theirs.expect("people of others"))
}
