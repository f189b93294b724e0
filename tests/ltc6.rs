//! The patient's way through the LTC6 questionnaire.

use actix_web::http::{StatusCode, header};
use common_ground::ltc6::Ltc6;
use common_ground::ltc6::campaign::Stratum;
use common_ground::ltc6::words::Languages;
use common_ground::schema::{ltc6_box, ltc6_tries, ltc6_turnout};
use diesel::prelude::*;

use crate::harness::{Answer, Browser, TestPortal};
use crate::on_both;
use asked::{Asked, asked};

mod anonymity;
pub mod asked;
mod feedback;
mod keying;
mod killed;
mod moderation;
mod paper;
pub mod results;

/// Answers in the box, and codes used.
fn sealed(portal: &TestPortal) -> (i64, i64) {
    portal.read(|conn| {
        Ok((ltc6_box::table.count().get_result(conn)?, ltc6_turnout::table.count().get_result(conn)?))
    })
}

async fn enter(browser: &mut Browser, code: &str) -> Answer {
    browser.post("/ltc6", &[("code", code)]).await
}

fn one(portal: &TestPortal) -> Asked {
    asked(portal, &[(Stratum::Low, 1), (Stratum::High, 2)])
}

on_both! {
    async fn a_patient_answers_question_by_question_and_is_thanked(portal) {
        let asked = one(&portal);
        let mut patient = portal.stranger().await;
        let typed = asked.code(0).to_lowercase().replace('-', " ");
        assert_eq!(enter(&mut patient, &typed).await.location(), "/ltc6/about");
        let about = patient.get("/ltc6/about").await.text();
        for words in ["Alder Practice has sent these questions to about 3 people in North Example", "You do not have to answer", "Rosa Finch, 01632 960 123"] {
            assert!(about.contains(words), "{words}: {about}");
        }
        assert_eq!(sealed(&portal), (0, 0), "opening uses nothing up");
        let begun = patient.post("/ltc6/about", &[("respondent", "carer"), ("go", "one")]).await;
        assert_eq!(begun.location(), "/ltc6/questions/1");
        let first = patient.get("/ltc6/questions/1").await.text();
        assert!(first.contains("Question 1 of 8") && first.contains("Almost always") && !first.contains("checked"), "{first}");
        for (number, form) in [
            ("1", ("q1", "3")), ("2", ("go", "pass")), ("3", ("q3", "0")), ("4", ("q4", "1")),
            ("5", ("q5", "2")), ("6", ("q6", "3")), ("7", ("improve_text", "Shorter waits")),
        ] {
            let next = patient.post(&format!("/ltc6/questions/{number}"), &[form]).await;
            assert_eq!(next.status, StatusCode::SEE_OTHER, "{}", next.text());
        }
        let last = patient.post("/ltc6/questions/8", &[("confidence_text", "")]).await;
        assert_eq!(last.location(), "/ltc6/check");
        let check = patient.get("/ltc6/check").await.text();
        for words in ["I am answering for someone I care for", "Shorter waits", "Not answered", "I have not had enough support"] {
            assert!(check.contains(words), "{words}: {check}");
        }
        assert!(patient.get("/ltc6/questions/1").await.text().contains("value=\"3\" checked"), "back keeps what was chosen");
        patient.post("/ltc6/questions/2", &[("q2", "2"), ("change", "yes")]).await;
        assert!(patient.get("/ltc6/check").await.text().contains("More often than not"));
        assert_eq!(patient.post("/ltc6/check", &[]).await.location(), "/ltc6/thanks");
        let thanks = patient.get("/ltc6/thanks").await.text();
        assert!(thanks.contains("We cannot see who sent them") && !thanks.contains("Clear and leave"), "{thanks}");
        assert_eq!(sealed(&portal), (1, 1));
        assert_eq!(patient.get("/ltc6/check").await.location(), "/ltc6", "nothing is left on the device");
        assert_eq!(enter(&mut patient, &asked.code(0)).await.status, StatusCode::NOT_FOUND);
    }
}

on_both! {
    async fn the_code_stands_in_one_address_and_on_no_page(portal) {
        let asked = one(&portal);
        let (plain, shown) = (asked.plain(0), asked.code(0));
        let mut patient = portal.stranger().await;
        let door = patient.get(&format!("/ltc6/{plain}")).await;
        assert_eq!((door.status, door.location()), (StatusCode::SEE_OTHER, "/ltc6/about"));
        assert_eq!(door.headers.get(header::REFERRER_POLICY).unwrap(), "no-referrer");
        for page in ["/ltc6/about", "/ltc6/questions/1", "/ltc6/all", "/ltc6/check"] {
            let page = patient.get(page).await;
            assert_eq!(page.headers.get(header::REFERRER_POLICY).unwrap(), "same-origin");
            assert!(!page.text().contains(&plain) && !page.text().contains(&shown));
            assert!(!page.text().contains("<script"), "no script");
            assert!(page.text().contains("Clear and leave"));
        }
        assert_eq!(patient.post("/ltc6/leave", &[]).await.location(), "/ltc6/left");
        assert_eq!(patient.get("/ltc6/questions/1").await.location(), "/ltc6");
        assert_eq!(enter(&mut patient, &shown).await.location(), "/ltc6/about", "the code is not used up");
    }
}

on_both! {
    async fn used_closed_and_never_made_are_one_page(portal) {
        let asked = one(&portal);
        let mut patient = portal.stranger().await;
        enter(&mut patient, &asked.code(0)).await;
        assert_eq!(patient.post("/ltc6/all", &[("q1", "1")]).await.location(), "/ltc6/thanks");
        let of = |answer: Answer| {
            let mut headers: Vec<String> =
                answer.headers.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
            headers.sort();
            (answer.status, headers, answer.text())
        };
        let mut stranger = portal.stranger().await;
        let used = of(stranger.get(&format!("/ltc6/{}", asked.plain(0))).await);
        let never = of(stranger.get(&format!("/ltc6/{}", common_ground::ltc6::code::Code::fresh().plain())).await);
        assert_eq!(used.0, StatusCode::NOT_FOUND);
        assert_eq!(used, never);
        let mut later = portal.on("2026-12-24").stranger().await;
        let closed = of(later.get(&format!("/ltc6/{}", asked.plain(1))).await);
        assert_eq!(used, closed);
    }
}

on_both! {
    async fn a_mistyped_code_is_kept_and_the_likely_slip_named(portal) {
        one(&portal);
        let mut patient = portal.stranger().await;
        let wrong = enter(&mut patient, "7K3F9-2QD48").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let text = wrong.text();
        assert!(text.contains("value=\"7K3F9-2QD48\"") && text.contains("Check the letters and numbers on your letter"), "{text}");
        assert!(enter(&mut patient, "7K3F9").await.text().contains("You have entered 5"));
        assert!(enter(&mut patient, "").await.text().contains("Enter the code from your letter"));
        assert_eq!(patient.get("/ltc6/7K3F92QD4").await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(portal.read(|conn| Ok(ltc6_tries::table.count().get_result::<i64>(conn)?)), 1, "slips are not counted");
    }
}

on_both! {
    async fn codes_that_do_not_exist_are_slowed_and_a_right_one_never_is(portal) {
        let asked = one(&portal);
        let mut stranger = portal.stranger().await;
        for _ in 0..30 {
            let code = common_ground::ltc6::code::Code::fresh().to_string();
            assert_eq!(enter(&mut stranger, &code).await.status, StatusCode::NOT_FOUND);
        }
        let code = common_ground::ltc6::code::Code::fresh().to_string();
        let slowed = enter(&mut stranger, &code).await;
        assert_eq!(slowed.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(slowed.headers.contains_key(header::RETRY_AFTER) && slowed.text().contains("You can try again in"));
        assert_eq!(enter(&mut stranger, &asked.code(0)).await.location(), "/ltc6/about");
        let counted: Vec<i64> = portal.read(|conn| Ok(ltc6_tries::table.select(ltc6_tries::tries).load(conn)?));
        assert_eq!(counted.iter().sum::<i64>(), 31, "the right one left no row");
        let mut elsewhere = portal.stranger().await;
        elsewhere.from = "127.0.0.2:50000".parse().unwrap();
        assert_eq!(enter(&mut elsewhere, &code).await.status, StatusCode::NOT_FOUND);
    }
}

on_both! {
    async fn the_same_form_sent_twice_is_thanked_twice_and_counted_once(portal) {
        let asked = one(&portal);
        let mut patient = portal.stranger().await;
        enter(&mut patient, &asked.code(0)).await;
        let mut twin = portal.stranger().await;
        twin.copy_cookies(&patient);
        let form = [("q1", "3"), ("improve_text", "More of the same")];
        assert_eq!(patient.post("/ltc6/all", &form).await.location(), "/ltc6/thanks");
        assert_eq!(twin.post("/ltc6/all", &form).await.location(), "/ltc6/thanks");
        assert_eq!(sealed(&portal), (1, 1));
        let mut another = portal.stranger().await;
        assert_eq!(enter(&mut another, &asked.code(0)).await.status, StatusCode::NOT_FOUND);
    }
}

on_both! {
    async fn nothing_typed_is_lost_on_a_mistake_or_without_cookies(portal) {
        let asked = one(&portal);
        let mut patient = portal.stranger().await;
        let long = "x".repeat(1_001);
        let form = [("q1", "3"), ("improve_text", long.as_str()), ("respondent", "person")];
        let asked_again = patient.post("/ltc6/all", &form).await;
        assert_eq!(asked_again.status, StatusCode::UNPROCESSABLE_ENTITY);
        let text = asked_again.text();
        for words in ["did not keep your code", "Use 1,000 characters or fewer. You have written 1001.", &long, "value=\"3\" checked", "value=\"person\" checked"] {
            assert!(text.contains(words), "{words}");
        }
        let code = asked.code(1);
        let sent = patient.post("/ltc6/all", &[("q1", "3"), ("improve_text", "short"), ("code", &code)]).await;
        assert_eq!(sent.location(), "/ltc6/thanks");
        assert_eq!(sealed(&portal), (1, 1));
        let mut third = portal.stranger().await;
        enter(&mut third, &asked.code(2)).await;
        let long = third.post("/ltc6/questions/7", &[("improve_text", &"\u{5d0}".repeat(1_500))]).await;
        assert_eq!(long.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(long.text().contains(&"\u{5d0}".repeat(1_500)), "what was typed is still there");
        let hebrew = "\u{5d0}".repeat(1_000);
        assert_eq!(third.post("/ltc6/questions/7", &[("improve_text", &hebrew)]).await.location(), "/ltc6/questions/8");
        assert!(third.get("/ltc6/check").await.text().contains(&hebrew));
    }
}

on_both! {
    async fn another_language_is_a_file_and_runs_its_own_way(portal) {
        let asked = one(&portal);
        let folder = portal.folder().join("texts");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("made-up.json"), made_up()).unwrap();
        let mut portal = portal;
        portal.portal.ltc6 = Ltc6::start(&portal.database, Languages::read(&folder).unwrap());
        let mut patient = portal.stranger().await;
        let start = patient.get("/ltc6").await.text();
        assert!(start.contains("lang=\"en-GB\" dir=\"ltr\"") && start.contains("href=\"?language=x-mirror\""), "{start}");
        let other = patient.get("/ltc6?language=x-mirror").await.text();
        assert!(other.contains("lang=\"x-mirror\" dir=\"rtl\"") && other.contains("\u{2067}Your code"), "{other}");
        enter(&mut patient, &asked.code(0)).await;
        let question = patient.get("/ltc6/questions/6").await.text();
        assert!(question.contains("\u{2067}Question 6 of 8") && question.contains("Mirrored option 3"), "{question}");
        std::fs::write(folder.join("half.json"), "{\"language\":\"cy\",\"direction\":\"ltr\",\"name\":\"Cymraeg\",\"texts\":{}}").unwrap();
        let refused = format!("{:#}", Languages::read(&folder).unwrap_err());
        assert!(refused.contains("half.json") && refused.contains("is missing"), "{refused}");
    }
}

/// English with a mark before each text, from right to left.
fn made_up() -> String {
    let english: serde_json::Value = serde_json::from_str(include_str!("../texts/ltc6/en-GB.json")).unwrap();
    let texts: serde_json::Map<String, serde_json::Value> = english["texts"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(key, text)| (key.clone(), format!("\u{2067}{}", text.as_str().unwrap()).into()))
        .collect();
    let question = serde_json::json!({
        "text": "Mirrored question",
        "options": ["Mirrored option 0", "Mirrored option 1", "Mirrored option 2", "Mirrored option 3"],
    });
    serde_json::json!({
        "language": "x-mirror", "direction": "rtl", "name": "Mirrored", "texts": texts,
        "instrument": { "stem": "Mirrored stem", "scored": vec![question; 6], "free_text": ["Mirrored one", "Mirrored two"] },
    })
    .to_string()
}

on_both! {
    async fn the_empty_form_is_given_as_a_fhir_questionnaire(portal) {
        let form = portal.stranger().await.get("/ltc6/questionnaire").await;
        assert_eq!(form.status, StatusCode::OK);
        assert_eq!(form.headers.get(header::CONTENT_TYPE).unwrap(), "application/fhir+json; charset=utf-8");
        let form: serde_json::Value = serde_json::from_slice(&form.body).unwrap();
        assert_eq!((form["resourceType"].as_str(), form["item"][0]["item"][5]["linkId"].as_str()), (Some("Questionnaire"), Some("q6")));
    }
}
