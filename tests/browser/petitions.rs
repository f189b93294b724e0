//! Petitions as their parties walk through them: filed, opined on, asked about, decided, appealed against, approved together.

mod appealed;
mod approved;
mod lists;
mod together;

use crate::Journey;
use crate::browser::Scripts;

const GP: &str = "gp.alder@demo.example";
const STAFF: &str = "practice.alder@demo.example";
const FIRST: &str = "commissioner.first@demo.example";
const SECOND: &str = "commissioner.second@demo.example";
/// The network that cares for the person now, and the one that would.
const NOW: &str = "provider.integrated@demo.example";
const WOULD: &str = "provider.opendoor@demo.example";
/// The group the person is in, as exports name it, and the one asked for.
const FROM_CODE: &str = "LTC_16_74";
const FROM: &str = "Adults (16 to 74) with one or more long-term conditions";
const TO: &str = "People with serious and enduring mental illness";

/// Signs in afresh. Without scripts everything is done on a phone.
async fn acting_as(journey: &Journey, email: &str) {
    if journey.browser.scripts == Scripts::Off {
        journey.browser.take_phone().await;
    }
    journey.browser.forget().await;
    journey.sign_in(&journey.portal.account_of(email).clone()).await;
}

/// Opens the page of somebody of the GP's practice whom no petition is open for; their pseudonym.
async fn open_somebody(journey: &Journey) -> String {
    let practice = journey.portal.account_of(GP).organisation.clone().expect("a GP has a practice");
    let placements = journey.portal.run(&["export", "placements", "--format", "ndjson"]);
    let rows = placements.lines().map(|line| serde_json::from_str(line).expect("a line of JSON"));
    let placed = |row: &serde_json::Value| row["practice"] == *practice && row["group"] == FROM_CODE;
    let people: Vec<serde_json::Value> = rows.filter(placed).collect();
    for person in people.iter().rev() {
        let pseudonym = person["pseudonym"].as_str().expect("a text").to_owned();
        journey.open(&format!("/people/{pseudonym}")).await;
        if journey.browser.words().await.contains("File a petition") {
            return pseudonym;
        }
    }
    panic!("{practice} has nobody in {FROM_CODE} without a petition");
}

/// Gives a network's opinion on the petition at `path`.
async fn opine(journey: &Journey, network: &str, path: &str, (choice, reason): (&str, &str)) {
    let browser = &journey.browser;
    acting_as(journey, network).await;
    journey.open(path).await;
    browser.follow("Give your network's opinion").await;
    browser.choose(choice).await;
    browser.fill("Reason (optional where you have no view)", reason).await;
    browser.press("Send the opinion").await;
    browser.must_say("Your network's opinion is recorded.").await;
}
