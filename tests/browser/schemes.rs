//! A commissioner drafts a locality's own grouping scheme, sees whom it moves, and proposes it; a network reads it.

use crate::{Journey, journey};

journey!(a_commissioner_drafts_a_scheme);

const SCHEME: &str = "/criteria/ALDERWICK/SCHEME";

async fn a_commissioner_drafts_a_scheme(journey: &Journey) {
    let browser = &journey.browser;
    journey.sign_in(journey.portal.account_of("commissioner.first@demo.example")).await;
    journey.open("/groups?locality=ALDERWICK").await;
    browser.follow("grouping scheme").await;
    browser.must_say("has agreed no scheme of its own").await;
    journey.look("shipped").await;
    browser.press("Draft a change").await;
    journey.look("draft").await;
    browser.fill("Code of the new group", "LD").await;
    browser.press("Add the group").await;
    browser.must_say("A code is never used twice").await;
    journey.look("mistake").await;
    browser.fill("Code of the new group", "frail_85").await;
    browser.fill("Name of the new group", "Frail people").await;
    browser.press("Add the group").await;
    browser.must_say("Frail people (FRAIL_85) is added.").await;
    browser.choose("In a group of their own").await;
    browser.press("Save where they stand").await;
    browser.must_say("placed in a group of their own").await;
    browser.fill("Amount per person and year (optional)", "£1,200").await;
    browser.press("Save supplementary care").await;
    browser.must_say("£1,200 per person and year").await;
    journey.look("changed").await;
    browser.follow("I have finished: look at the whole version").await;
    browser.must_say("What it changes").await;
    journey.look("version").await;
    browser.follow("What it would do").await;
    browser.must_say("change group in all").await;
    journey.look("preview").await;
    journey.open(&format!("{SCHEME}/versions/1")).await;
    browser.follow("Propose version 1").await;
    journey.look("terms").await;
    journey.open(SCHEME).await;
    browser.must_say("Version 1").await;
    journey.look("history").await;
}
