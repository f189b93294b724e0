//! A GP files a petition, the networks opine without seeing each other's, the commissioner asks and then approves, and the
//! ledger shows the move.

use super::{FIRST, FROM, GP, NOW, TO, WOULD, acting_as, open_somebody, opine};
use crate::{Journey, journey};

journey!(a_petition_is_filed_asked_about_and_approved);

const CASE: &str = "In and out of crisis care since spring; the community team treats this as severe.";

async fn a_petition_is_filed_asked_about_and_approved(journey: &Journey) {
    let (person, petition) = file(journey).await;
    blind_opinions(journey, &petition).await;
    ask(journey, &petition).await;
    answer(journey, &petition).await;
    approve(journey, &petition).await;
    read_the_ledger(journey, &person, &petition).await;
    see_the_decision(journey, &person, &petition).await;
}

/// Files in two sittings, with a telephone number that is caught; the person and the petition's address.
async fn file(journey: &Journey) -> (String, String) {
    let browser = &journey.browser;
    acting_as(journey, GP).await;
    let person = open_somebody(journey).await;
    browser.follow("File a petition").await;
    browser.must_say(&format!("Present group: {FROM}")).await;
    journey.look("form").await;
    browser.press("Check the petition").await;
    browser.must_say("Choose why the person should be in another group").await;
    journey.look("mistakes").await;
    browser.choose("Clinical judgement").await;
    browser.choose(TO).await;
    browser.press("Save and come back later").await;
    browser.must_say("Your draft is saved.").await;
    let petition = browser.path().await;
    journey.look("draft").await;
    journey.open(&petition).await;
    browser.follow("Change the draft").await;
    browser.fill("The case", &format!("{CASE} The sister answers on 020 7946 0018.")).await;
    browser.choose("Yes").await;
    browser.press("Check the petition").await;
    browser.must_say("What you typed may identify somebody").await;
    journey.look("identified").await;
    browser.choose("Remove it").await;
    browser.press("Continue").await;
    browser.must_say(&format!("{CASE} The sister answers on [removed].")).await;
    journey.look("check").await;
    browser.press("Send the petition").await;
    browser.must_say("The petition is sent.").await;
    journey.look("sent").await;
    (person, petition)
}

async fn blind_opinions(journey: &Journey, petition: &str) {
    let browser = &journey.browser;
    acting_as(journey, NOW).await;
    journey.open(petition).await;
    journey.look("network").await;
    browser.follow("Give your network's opinion").await;
    journey.look("opinion").await;
    browser.press("Send the opinion").await;
    browser.must_say("Choose what your network thinks").await;
    let supports = "Our nurses see the same";
    opine(journey, NOW, petition, ("We support it", supports)).await;
    acting_as(journey, WOULD).await;
    journey.open(petition).await;
    let seen = browser.words().await;
    assert!(
        !seen.contains(supports),
        "one network reads the other's opinion before it gives its own:\n{seen}"
    );
    opine(journey, WOULD, petition, ("We do not support it", "Our team has not seen the need yet")).await;
    browser.must_say(supports).await;
    journey.look("opinions").await;
}

async fn ask(journey: &Journey, petition: &str) {
    let browser = &journey.browser;
    acting_as(journey, FIRST).await;
    journey.open(petition).await;
    browser.follow("Decide").await;
    journey.look("decide").await;
    browser.press("Record the decision").await;
    browser.must_say("Choose what you decide").await;
    journey.open(&format!("{petition}/decide")).await;
    browser.choose("Ask for information").await;
    browser.fill("What do you ask?", "Which team leads the care now, and since when?").await;
    journey.look("ask").await;
    browser.press("Record the decision").await;
    let told = "Clock stopped on 22 November 2026, waiting for the practice. 0 working days used of 10.";
    browser.must_say(told).await;
    journey.look("asked").await;
}

async fn answer(journey: &Journey, petition: &str) {
    let browser = &journey.browser;
    acting_as(journey, GP).await;
    journey.look("asked-home").await;
    journey.open(petition).await;
    browser.must_say("Clock stopped on 22 November 2026, waiting for the practice.").await;
    browser.follow("Give the information").await;
    journey.look("answer").await;
    browser.fill("Your answer", "The crisis team, since the second admission in June.").await;
    browser.press("Send the answer").await;
    browser.must_say("Your answer is sent, and the clock goes on.").await;
}

async fn approve(journey: &Journey, petition: &str) {
    let browser = &journey.browser;
    acting_as(journey, FIRST).await;
    journey.open(&format!("{petition}/decide")).await;
    browser.must_say("The crisis team, since the second admission in June.").await;
    browser.choose("Approve").await;
    browser.press("Record the decision").await;
    browser.must_say("There is a problem").await;
    journey.look("approve-mistakes").await;
    browser.select("Reason to approve", "The case is accepted").await;
    browser.fill("Words to the GP if you approve", "Agreed. We look at it again in a year.").await;
    browser.press("Record the decision").await;
    browser.must_say("Your decision is recorded.").await;
    browser.must_say("applied 22 November 2026").await;
    journey.look("approved").await;
}

async fn read_the_ledger(journey: &Journey, person: &str, petition: &str) {
    let browser = &journey.browser;
    journey.open("/movements?locality=ALDERWICK&cause=petition").await;
    browser.must_say(person).await;
    browser.must_say(petition.trim_start_matches("/petitions/")).await;
    journey.look("ledger").await;
}

async fn see_the_decision(journey: &Journey, person: &str, petition: &str) {
    let browser = &journey.browser;
    acting_as(journey, GP).await;
    journey.open(petition).await;
    browser.must_say("Agreed. We look at it again in a year.").await;
    journey.look("decision").await;
    journey.print("record").await;
    journey.open(&format!("/people/{person}")).await;
    browser.must_say("Held").await;
    browser.must_say(&format!("{FROM} to {TO}")).await;
    journey.look("person-moved").await;
}
