//! A commissioner reads the groups, opens one and follows a movement.

use crate::{Journey, journey};

journey!(commissioner_reads_the_groups);

async fn commissioner_reads_the_groups(journey: &Journey) {
    let browser = &journey.browser;
    journey.sign_in(&journey.portal.account("commissioner").clone()).await;
    journey.open("/groups").await;
    journey.look("groups").await;
    journey.print("groups").await;
    browser.follow("People aged 75 and over with one or more long-term conditions").await;
    journey.look("group").await;
    journey.print("group").await;
    journey.open("/people").await;
    journey.look("people").await;
    journey.open("/people?provisional=yes").await;
    journey.look("provisional").await;
    browser.follow_first("P-").await;
    journey.look("person").await;
    journey.print("person").await;
}
