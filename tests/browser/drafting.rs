//! A commissioner drafts criteria: a mistake, mended; parts by buttons; what it would do and to whom; compared; deleted.

use crate::browser::Scripts;
use crate::{Journey, journey};

journey!(a_commissioner_drafts_criteria);

const GROUP: &str = "/criteria/ALDERWICK/LD";

async fn a_commissioner_drafts_criteria(journey: &Journey) {
    let browser = &journey.browser;
    journey.sign_in(journey.portal.account_of("commissioner.first@demo.example")).await;
    journey.open(&format!("{GROUP}/draft")).await;
    journey.look("start").await;
    browser.choose("Another version of this group").await;
    browser.press("Make the draft").await;
    browser.must_say("The draft is made.").await;
    journey.look("draft").await;
    let draft = browser.path().await;
    browser.fill("Criteria as text", "age >= 18 and\n learning_disabilty").await;
    if browser.scripts == Scripts::On {
        browser.wait_for("The text cannot be read.").await;
        journey.look("typed").await;
    }
    browser.press("Save draft").await;
    browser.must_say("Line 2, column 2").await;
    browser.must_say("Of the last text that could be read.").await;
    journey.look("mistake").await;
    browser
        .fill("Criteria as text", "age >= 18 and\n (learning_disability or condition(\"EP\") and care_home)")
        .await;
    if browser.scripts == Scripts::On {
        browser.wait_for("they live in a care home").await;
    }
    browser.press("Update preview").await;
    browser.must_say("they live in a care home").await;
    journey.look("mended").await;
    browser.unfold("Change part 2: at least one of these is true").await;
    browser.press_unfolded("Say the opposite").await;
    browser.must_say("Conditions").await;
    journey.open(&draft).await;
    browser.press("Undo the last change").await;
    journey.look("undone").await;
    browser.follow("Full preview of the saved text").await;
    journey.look("preview").await;
    journey.print("preview").await;
    let version = draft.trim_end_matches("/edit");
    journey.open(&format!("{version}/preview/people?fails=1&only=yes")).await;
    journey.look("people").await;
    journey.open(&format!("{version}/compare/1")).await;
    journey.look("compared").await;
    journey.open(&draft).await;
    browser.follow("Delete this draft").await;
    browser.press("Delete the draft").await;
    journey.look("not-deleted").await;
    browser.choose("I understand that the draft cannot be brought back").await;
    browser.press("Delete the draft").await;
    browser.must_say("The draft is deleted.").await;
    journey.sign_in(journey.portal.account_of("lay@demo.example")).await;
    journey.open("/criteria/ALDERWICK/LTC_75/versions/2/preview").await;
    browser.must_say("You see figures without small counts.").await;
    journey.look("lay").await;
}
