//! The questionnaire as somebody of 80 answers it: a letter's code, a narrow phone, large text, keys alone, no scripts.

use serde_json::json;
use thirtyfour::Key;

use crate::browser::Scripts;
use crate::{Journey, journey};

const COMMISSIONER: &str = "commissioner.first@demo.example";
/// What a print house would be sent: the letters of the last round made again, read from the page's own form.
const FILE: &str = "
    const done = arguments[arguments.length - 1];
    const form = document.querySelector('input[name=act][value=again]').form;
    const fields = new URLSearchParams(new FormData(form));
    fields.set('format', 'csv');
    fetch(form.action, { method: 'POST', body: fields }).then(async answer => done(await answer.text()), error => done(String(error)));";
const FOCUSED: &str = "
    const [css] = arguments;
    return document.activeElement !== null && document.activeElement.matches(css);";

/// Makes the letters of the open campaign again; the codes in them.
async fn codes(journey: &Journey) -> Vec<String> {
    let browser = &journey.browser;
    browser.forget().await;
    journey.sign_in(&journey.portal.account_of(COMMISSIONER).clone()).await;
    journey.open("/campaigns?state=open").await;
    journey.look("campaigns").await;
    browser.follow("C2026").await;
    journey.look("campaign").await;
    browser.follow("Make letters").await;
    journey.look("letters").await;
    browser.allow_scripts(Scripts::On).await;
    let file = browser.driver.execute_async(FILE, vec![]).await.expect("the file is made");
    browser.allow_scripts(browser.scripts).await;
    let file: String = file.convert().expect("a CSV is text");
    let mut lines = file.trim_start_matches('\u{feff}').lines();
    let head: Vec<&str> = lines.next().expect("a head").split(',').collect();
    let at = head.iter().position(|name| *name == "code").unwrap_or_else(|| panic!("no code in {head:?}"));
    // The code stands after cells that may hold commas: it is the only cell of its shape.
    let is_code = |cell: &&str| cell.len() == 11 && cell.as_bytes()[5] == b'-';
    let codes: Vec<String> =
        lines.filter_map(|line| line.split(',').find(is_code)).map(str::to_owned).collect();
    assert!(at > 0 && codes.len() > 3, "{file}");
    codes
}

/// Presses Tab until what `css` names has the focus.
async fn tab_to(journey: &Journey, css: &str) {
    for _ in 0..60 {
        if is_focused(journey, css).await {
            return;
        }
        journey.browser.key_on().await;
    }
    panic!("{css} on {} is out of reach of the keys", journey.browser.path().await);
}

async fn is_focused(journey: &Journey, css: &str) -> bool {
    let browser = &journey.browser;
    browser.allow_scripts(Scripts::On).await;
    let focused = browser.driver.execute(FOCUSED, vec![json!(css)]).await.expect("a page has a focus");
    browser.allow_scripts(browser.scripts).await;
    focused.convert().expect("yes or no")
}

/// Goes on by the button that sends `value`, with Enter.
async fn go(journey: &Journey, value: &str) {
    tab_to(journey, &format!("button[value='{value}']")).await;
    journey.browser.enter().await;
}

async fn a_patient_answers_with_keys_alone(journey: &Journey) {
    let codes = codes(journey).await;
    let browser = &journey.browser;
    browser.forget().await;
    browser.walked_at.set(320);
    browser.size(320, 640).await;
    browser.devtools("Page.setFontSizes", json!({"fontSizes": {"standard": 32, "fixed": 26}})).await;

    journey.open("/ltc6").await;
    journey.look("door").await;
    tab_to(journey, "#code").await;
    browser.key(&codes[0][..10]).await;
    browser.enter().await;
    browser.must_say("A code has 10 letters and numbers. You have entered 9.").await;
    journey.look("mistyped").await;
    tab_to(journey, "#code").await;
    browser.key(&String::from(char::from(Key::End))).await;
    browser.key(&codes[0][10..]).await;
    browser.enter().await;
    assert_eq!(browser.path().await, "/ltc6/about");
    journey.look("about").await;
    tab_to(journey, "[name=respondent]").await;
    browser.key(" ").await;
    go(journey, "one").await;
    for number in 1..=6 {
        browser.must_say(&format!("Question {number} of 8")).await;
        if number == 2 {
            go(journey, "pass").await;
            continue;
        }
        tab_to(journey, &format!("[name=q{number}]")).await;
        browser.key(" ").await;
        if number == 1 {
            journey.look("question").await;
        }
        go(journey, "next").await;
    }
    tab_to(journey, "textarea").await;
    browser.key("A seat at the bus stop").await;
    journey.look("in-words").await;
    go(journey, "next").await;
    go(journey, "pass").await;
    browser.must_say("Check your answers").await;
    browser.must_say("A seat at the bus stop").await;
    browser.must_say("I am answering for myself").await;
    journey.look("check").await;
    tab_to(journey, "form[action='/ltc6/check'] button").await;
    browser.enter().await;
    browser.must_say("Your answers have been sent. We cannot see who sent them.").await;
    journey.look("thanks").await;

    journey.open(&format!("/ltc6/{}", codes[0].replace('-', ""))).await;
    browser.must_say("This code cannot be used").await;
    journey.look("unusable").await;

    journey.open(&format!("/ltc6/{}", codes[1].replace('-', ""))).await;
    assert_eq!(browser.path().await, "/ltc6/about", "the code stands in no later address");
    go(journey, "all").await;
    journey.look("all").await;
    tab_to(journey, "form[action='/ltc6/leave'] button").await;
    browser.enter().await;
    browser.must_say("Your answers are cleared").await;
    journey.look("left").await;
}

journey!(a_patient_answers_with_keys_alone);

async fn a_commissioner_runs_a_campaign_up_to_its_letters(journey: &Journey) {
    let browser = &journey.browser;
    journey.sign_in(&journey.portal.account_of(COMMISSIONER).clone()).await;
    journey.open("/campaigns").await;
    browser.follow("Draft a campaign").await;
    browser.press("Save the draft").await;
    browser.must_say("There is a problem").await;
    journey.look("form-mistaken").await;
    browser.fill("Code", "SPRING27").await;
    browser.fill("Name", "What patients say in spring").await;
    browser.choose_first().await;
    for level in ["Low need", "Medium need", "High need"] {
        browser.fill(level, "12").await;
    }
    browser.fill("How many of 100 people will answer (optional)", "50").await;
    browser.press("Work out the intervals").await;
    journey.look("intervals").await;
    browser.choose("By letter").await;
    browser.fill_date("Opens", "22 11 2026").await;
    browser.fill_date("Closes", "31 12 2026").await;
    browser.press("Save the draft").await;
    browser.must_say("Before it opens:").await;
    journey.look("draft").await;
    browser.follow("Change the campaign").await;
    browser.fill("Who runs it", "Alderwick Care Partnership").await;
    browser.fill("What it is about", "We ask once a year how care was.").await;
    browser.fill("Help contact", "Rosa Finch").await;
    browser.fill("Telephone", "01632 960 123").await;
    browser.fill("Return address", "Freepost ALDERWICK").await;
    browser.press("Save the draft").await;
    browser.follow("See who could be drawn").await;
    journey.look("dry-run").await;
    browser.press("Draw the sample").await;
    browser.must_say("Drawn on 22 November 2026 at random, by seed").await;
    browser.follow("Open the campaign").await;
    journey.look("opening").await;
    browser.press("Open the campaign").await;
    browser.must_say("Make the first letters").await;
    journey.look("opened").await;
    browser.follow("Make the first letters").await;
    journey.look("first-letters").await;
    browser.press("Make the first letters").await;
    browser.must_say("There is a problem").await;
    journey.look("letters-mistaken").await;
}

journey!(a_commissioner_runs_a_campaign_up_to_its_letters);
