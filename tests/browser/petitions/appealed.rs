//! A petition that practice staff write and a GP sends is rejected; the GP appeals, and another commissioner overturns the
//! rejection.

use super::{FIRST, FROM, GP, NOW, SECOND, STAFF, TO, WOULD, acting_as, open_somebody, opine};
use crate::{Journey, journey};

journey!(a_rejection_is_appealed_against_and_overturned);

async fn a_rejection_is_appealed_against_and_overturned(journey: &Journey) {
    let (person, petition) = draft_and_submit(journey).await;
    opine(journey, NOW, &petition, ("We have no view", "")).await;
    opine(journey, WOULD, &petition, ("We support it", "The team is ready to take this on")).await;
    reject(journey, &petition).await;
    appeal(journey, &petition).await;
    refuse_the_first(journey, &petition).await;
    overturn(journey, &petition).await;
    see_it_applied(journey, &person, &petition).await;
}

async fn draft_and_submit(journey: &Journey) -> (String, String) {
    let browser = &journey.browser;
    acting_as(journey, STAFF).await;
    let person = open_somebody(journey).await;
    browser.follow("File a petition").await;
    browser.choose("Circumstances changed").await;
    browser.choose(TO).await;
    browser
        .fill("The case", "Under section twice since June; the discharge plan names the team as lead.")
        .await;
    browser.choose("No").await;
    browser.press("Check the petition").await;
    browser.must_say("Say why it was not discussed").await;
    journey.look("not-discussed").await;
    browser.fill("Why not", "Not well enough; the carer was told").await;
    browser.press("Check the petition").await;
    journey.look("staff-check").await;
    browser.press("Leave it ready for a GP to submit").await;
    browser.must_say("The petition is ready for a GP to submit.").await;
    let petition = browser.path().await;
    journey.look("ready").await;
    acting_as(journey, GP).await;
    journey.look("gp-home").await;
    journey.open(&petition).await;
    browser.follow("Check and send").await;
    browser.press("Send the petition").await;
    browser.must_say("The petition is sent.").await;
    (person, petition)
}

async fn reject(journey: &Journey, petition: &str) {
    let browser = &journey.browser;
    acting_as(journey, FIRST).await;
    journey.open(&format!("{petition}/decide")).await;
    browser.choose("Reject").await;
    browser.select("Reason to reject", "The case does not show enough").await;
    browser.fill("Words to the GP if you reject", "Tell us who leads the care, and ask again.").await;
    journey.look("reject").await;
    browser.press("Record the decision").await;
    browser.must_say("Your decision is recorded.").await;
}

async fn appeal(journey: &Journey, petition: &str) {
    let browser = &journey.browser;
    acting_as(journey, GP).await;
    journey.open(petition).await;
    browser.must_say("Tell us who leads the care, and ask again.").await;
    browser.must_say("The case does not show enough").await;
    journey.look("rejection").await;
    browser.follow("Appeal against the rejection").await;
    browser.press("Send the appeal").await;
    browser.must_say("Enter").await;
    journey.look("appeal").await;
    browser.fill("Ground of the appeal", "The discharge plan says so: the crisis team leads.").await;
    browser.press("Send the appeal").await;
    browser.must_say("Your appeal is sent. Another commissioner decides it.").await;
    journey.look("appealed").await;
}

async fn refuse_the_first(journey: &Journey, petition: &str) {
    let browser = &journey.browser;
    acting_as(journey, FIRST).await;
    journey.open(petition).await;
    let seen = browser.words().await;
    assert!(!seen.contains("Decide the appeal"), "the first commissioner is offered the appeal:\n{seen}");
    journey.open(&format!("{petition}/decide")).await;
    assert_eq!(browser.heading().await, "This is not yours to do");
    journey.look("not-yours").await;
}

async fn overturn(journey: &Journey, petition: &str) {
    let browser = &journey.browser;
    acting_as(journey, SECOND).await;
    journey.open(petition).await;
    browser.follow("Decide the appeal").await;
    browser.must_say("The discharge plan says so: the crisis team leads.").await;
    journey.look("decide-appeal").await;
    browser.choose("Overturn the rejection").await;
    browser.select("Reason to overturn", "The circumstances have changed").await;
    browser.fill("Words to the GP if you overturn", "The plan settles it.").await;
    browser.press("Record the decision").await;
    browser.must_say("Rejection overturned").await;
    journey.look("overturned").await;
}

async fn see_it_applied(journey: &Journey, person: &str, petition: &str) {
    let browser = &journey.browser;
    acting_as(journey, GP).await;
    journey.open(petition).await;
    browser.must_say("Rejection overturned").await;
    browser.must_say("applied 22 November 2026").await;
    journey.look("overturned-gp").await;
    journey.open(&format!("/people/{person}")).await;
    browser.must_say(&format!("{FROM} to {TO}")).await;
}
