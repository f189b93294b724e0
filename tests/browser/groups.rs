//! A commissioner reads the groups, opens one, follows a movement to a person, and signs out.

use crate::{Journey, journey};

journey!(commissioner_reads_the_groups);

async fn commissioner_reads_the_groups(journey: &Journey) {
    let browser = &journey.browser;
    journey.sign_in(&journey.portal.account("commissioner").clone()).await;
    journey.look("home").await;
    browser.follow("Groups").await;
    journey.look("groups").await;
    journey.print("groups").await;
    browser.follow("People aged 75 and over with one or more long-term conditions").await;
    journey.look("group").await;
    journey.print("group").await;
    browser.follow("Movements").await;
    browser.must_say("Movements are people changing group. They move no money.").await;
    journey.look("movements").await;
    browser.follow_first("P-").await;
    browser.must_say("Initial grouping").await;
    journey.look("person").await;
    journey.print("person").await;
    browser.follow("People").await;
    journey.look("people").await;
    browser.press("Sign out").await;
    journey.open("/groups").await;
    assert_eq!(browser.heading().await, "Sign in");
}
