//! Petitions approved together: nothing chosen is told, one that changes meanwhile is left out with why, and each of the
//! others has a record of its own.

use thirtyfour::prelude::*;

use super::{FIRST, acting_as};
use crate::{Journey, journey};

journey!(petitions_are_approved_together);

async fn petitions_are_approved_together(journey: &Journey) {
    let browser = &journey.browser;
    acting_as(journey, FIRST).await;
    journey.open("/petitions").await;
    journey.look("waiting").await;
    browser.follow("Approve petitions together").await;
    browser.must_say("Left out, and why").await;
    journey.look("ready").await;
    browser.press("Approve the chosen petitions").await;
    browser.must_say("Choose at least one petition").await;
    journey.look("nothing-chosen").await;
    let chosen = choose_three(journey).await;
    browser.select("Reason", "The case is accepted").await;
    browser.fill("Words to the GPs", "Everybody asked agrees, and so do we.").await;
    browser.press("Approve the chosen petitions").await;
    browser.must_say("This approves 3 petitions").await;
    journey.look("sure").await;
    ask_in_another_tab(journey, &chosen[2]).await;
    browser.press("Approve them").await;
    browser.must_say("2 petitions approved, 1 left out").await;
    browser.must_say(&format!("{}: Something happened to it after you opened the page", chosen[2])).await;
    journey.look("batch").await;
    let batch = browser.path().await.trim_start_matches("/petitions/batches/").to_owned();
    for reference in &chosen[..2] {
        journey.open(&format!("/petitions/{reference}")).await;
        browser.must_say("Everybody asked agrees, and so do we.").await;
        browser.must_say(&format!("Decided together with others, {batch}.")).await;
    }
    journey.look("one-of-them").await;
    journey.open(&format!("/petitions/{}", chosen[2])).await;
    browser.must_say("Which team leads the care now?").await;
}

/// Chooses the first three petitions that are ready; their references.
async fn choose_three(journey: &Journey) -> Vec<String> {
    let boxes = journey.browser.driver.find_all(By::Css("main .nhsuk-checkboxes__label")).await;
    let mut chosen = Vec::new();
    for label in boxes.expect("petitions are ready").iter().take(3) {
        let words = label.text().await.expect("a label has words");
        journey.browser.choose(&words).await;
        chosen.push(words.split(',').next().unwrap_or_default().to_owned());
    }
    chosen
}

/// The same commissioner asks for information on one of them, in another tab.
async fn ask_in_another_tab(journey: &Journey, reference: &str) {
    let browser = &journey.browser;
    let first = browser.driver.window().await.expect("there is a tab");
    let second = browser.driver.new_tab().await.expect("another tab opens");
    browser.driver.switch_to_window(second).await.expect("it can be switched to");
    browser.allow_scripts(browser.scripts).await;
    journey.open(&format!("/petitions/{reference}/decide")).await;
    browser.choose("Ask for information").await;
    browser.fill("What do you ask?", "Which team leads the care now?").await;
    browser.press("Record the decision").await;
    browser.must_say("The practice is asked").await;
    browser.driver.close_window().await.expect("the tab closes");
    browser.driver.switch_to_window(first).await.expect("the first tab is still there");
}
