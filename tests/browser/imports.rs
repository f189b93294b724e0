//! An administrator brings in a file with a mistake in it, mends it, and loads it.

use crate::{Journey, journey};

journey!(administrator_imports_a_file);

const WRONG: &str = "\
org_code,org_name,org_type,commissioner_type,locality_code,sector,open_date,close_date
E99901,Sycamore Practice,surgery,,ALDERWICK,,2013-04-01,
E99902,Whitebeam Practice,practice,,ALDERWICK,,2013-02-30,
";

async fn administrator_imports_a_file(journey: &Journey) {
    let browser = &journey.browser;
    journey.sign_in(&journey.portal.account("administrator").clone()).await;
    browser.follow("Imports").await;
    journey.look("imports").await;
    browser.press("Check the file").await;
    journey.look("no-file").await;

    let wrong = journey.portal.file("practices.csv", WRONG);
    browser.select("What the file holds", "Organisations").await;
    browser.upload("CSV file", &wrong).await;
    browser.press("Check the file").await;
    browser.wait_for("The file is refused whole").await;
    browser.must_say("surgery").await;
    journey.look("refused").await;

    let right = WRONG.replace("surgery", "practice").replace("02-30", "02-28");
    let right = journey.portal.file("practices-mended.csv", &right);
    browser.follow("bring the file in again").await;
    browser.select("What the file holds", "Organisations").await;
    browser.upload("CSV file", &right).await;
    browser.press("Check the file").await;
    browser.wait_for("Load the file").await;
    journey.look("checked").await;
    browser.press("Load 2 rows").await;
    browser.wait_for("Loaded on").await;
    journey.look("loaded").await;
    journey.open("/admin/organisations/E99902").await;
    assert_eq!(browser.heading().await, "Whitebeam Practice");
    journey.open("/imports/guide/people").await;
    journey.look("columns").await;
}
