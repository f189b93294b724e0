//! A commissioner tries a grouping run, reads what it would do, and applies it.

use crate::{Journey, journey};

journey!(commissioner_applies_a_run);

async fn commissioner_applies_a_run(journey: &Journey) {
    let browser = &journey.browser;
    journey.sign_in(&journey.portal.account("commissioner").clone()).await;
    browser.follow("Grouping runs").await;
    journey.look("runs").await;
    browser.follow("Start a dry run").await;
    journey.look("new").await;
    browser.fill("Year", "1066 or so").await;
    browser.press("Start the dry run").await;
    journey.look("mistakes").await;
    browser.fill("Year", "2026").await;
    browser.press("Start the dry run").await;
    browser.wait_for("What it would do").await;
    journey.look("dry-run").await;
    browser.follow_first("Apply to").await;
    journey.look("sure").await;
    browser.press_first("Apply to").await;
    browser.wait_for("What it did").await;
    journey.look("applied").await;
}
