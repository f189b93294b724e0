//! A commissioner breaks the glass; the practice reads who and why, the auditor looks at it; and the public page.

use crate::{Journey, journey};

journey!(commissioner_unmasks_and_others_see_it);
journey!(anybody_reads_what_groups_mean);

async fn commissioner_unmasks_and_others_see_it(journey: &Journey) {
    let browser = &journey.browser;
    let gp = journey.portal.account_of("gp.alder@demo.example").clone();
    let practice = gp.organisation.clone().expect("a GP has a practice");
    let (pseudonym, number) = somebody(journey, &practice);
    let shown = format!("{} {} {}", &number[..3], &number[3..6], &number[6..]);
    journey.sign_in(&journey.portal.account_of("commissioner.first@demo.example").clone()).await;
    journey.open(&format!("/people/{pseudonym}")).await;
    journey.look("masked").await;
    browser.follow("Unmask this person").await;
    journey.look("ask").await;
    browser.press("Unmask this person").await;
    browser.must_say("Enter the reason").await;
    journey.look("mistakes").await;
    browser.fill("Reason", "Call 020 7946 0018 about the complaint").await;
    browser.press("Unmask this person").await;
    browser.must_say("What you typed may identify somebody").await;
    journey.look("caught").await;
    browser.choose("Remove it").await;
    browser.press("Continue").await;
    browser.must_say(&shown).await;
    journey.look("shown").await;
    let once = browser.path().await;
    browser.follow_first("Go back to P-").await;
    browser.driver.back().await.expect("there is a page before");
    let back = browser.words().await;
    assert!(!back.contains(&shown), "Back shows {back}");
    journey.open(&once).await;
    browser.must_say("is masked again").await;
    journey.look("gone").await;

    browser.forget().await;
    journey.sign_in(&gp).await;
    journey.look("practice-home").await;
    browser.follow_first("3 break-glass reads of your people").await;
    browser.must_say("Call [removed] about the complaint").await;
    journey.look("practice").await;
    journey.open(&format!("/people/{pseudonym}")).await;
    browser.follow("Who looked at this record").await;
    browser.must_say("unmasked a person").await;
    browser.must_say("Call [removed] about the complaint").await;
    journey.look("who-looked").await;
    browser.follow("By others than your practice").await;
    journey.look("by-others").await;

    browser.forget().await;
    journey.sign_in(&journey.portal.account("auditor").clone()).await;
    journey.look("auditor-home").await;
    browser.follow_first("Look at it").await;
    journey.look("read").await;
    browser.press("Mark as looked at").await;
    browser.must_say("Marked as looked at.").await;
    journey.look("marked").await;
    browser.follow("Break-glass reads").await;
    browser.must_say("4 break-glass reads").await;
    journey.look("report").await;
    journey.open("/audit/break-glass?looked=no&from=2001-01-01&to=2001-02-01").await;
    journey.look("empty-report").await;
    browser.follow("Audit trail").await;
    journey.look("trail").await;
    browser.unfold("Filter the entries").await;
    browser.select("What", "Unmasked a person").await;
    browser.fill("Record", &pseudonym).await;
    browser.press("Apply filters").await;
    browser.must_say("1 entry").await;
    journey.look("narrowed").await;
    journey.open("/audit?who=nobody+of+that+name&what=flew").await;
    journey.look("none").await;
    let trail = journey.portal.run(&["export", "audit", "--format", "ndjson"]);
    let line = trail.lines().rfind(|line| line.contains("unmasked a person")).expect("it is recorded");
    let entry: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
    journey.open("/audit?what=unmasked+a+person").await;
    browser.follow(&entry["entry"].to_string()).await;
    browser.must_say("What else was recorded").await;
    journey.look("entry").await;
}

async fn anybody_reads_what_groups_mean(journey: &Journey) {
    let browser = &journey.browser;
    journey.open("/sign-in").await;
    browser.follow("What groups mean for a person, and how to object").await;
    journey.look("about").await;
    journey.print("about").await;
    browser.follow("Show this page in large print").await;
    journey.look("large").await;
    journey.print("large").await;
}

/// Pseudonym and NHS number of somebody registered with a practice.
fn somebody(journey: &Journey, practice: &str) -> (String, String) {
    let placements = journey.portal.run(&["export", "placements", "--identified", "--format", "ndjson"]);
    let rows = placements.lines().map(|line| serde_json::from_str(line).expect("a line of JSON"));
    let mut theirs = rows.filter(|row: &serde_json::Value| row["practice"] == practice);
    let one = theirs.next_back().expect("the practice has people");
    let text = |name: &str| one[name].as_str().expect("a text").to_owned();
    (text("pseudonym"), text("nhs_number"))
}
