//! Forms keyed one after the other: undone, keyed twice, sealed; and forms with a code, which never stand readable.

use actix_web::http::StatusCode;
use common_ground::access::Role;
use common_ground::ltc6::answers::Mark;
use common_ground::ltc6::campaign::Stratum;
use common_ground::ltc6::clockwork;
use common_ground::schema::{
    audit_entries, ltc6_box, ltc6_comments, ltc6_keyed, ltc6_paper_returns, ltc6_responses, ltc6_turnout,
    used_keys,
};
use diesel::prelude::*;

use super::asked::{Asked, asked};
use super::paper::{add_far_keyer, opened};
use crate::harness::{Answer, Browser, TestPortal};
use crate::on_both;

const KEY: &str = "/campaigns/LC-L2026/key";

fn one(portal: &TestPortal) -> Asked {
    let asked = asked(portal, &[(Stratum::Low, 2), (Stratum::High, 1)]);
    portal.add_user("kim@example.org", Role::Keyer, Some("CCG01"));
    portal.add_user("lee@example.org", Role::Keyer, Some("CCG01"));
    asked
}

/// Sends the form at an address with its key and what is typed over what it holds.
async fn send(browser: &mut Browser, at: &str, to: &str, typed: &[(&str, &str)]) -> Answer {
    let key = browser.get(at).await.field("key");
    let mut form = vec![("key", key.as_str())];
    form.extend(typed);
    browser.post(to, &form).await
}

/// Keys a form of BOX 1, six keys for the six marks.
async fn keyed(browser: &mut Browser, number: usize, keys: [&str; 6], text: &str) -> Answer {
    let number = number.to_string();
    let mut typed = vec![
        ("batch", "BOX 1"),
        ("number", number.as_str()),
        ("level", "h"),
        ("respondent", "c"),
        ("received_day", "23"),
        ("received_month", "11"),
        ("received_year", "2026"),
        ("improve_text", text),
    ];
    typed.extend(["q1", "q2", "q3", "q4", "q5", "q6"].into_iter().zip(keys));
    send(browser, KEY, KEY, &typed).await
}

fn counts(portal: &TestPortal) -> [i64; 4] {
    portal.read(|conn| {
        Ok([
            ltc6_keyed::table.count().get_result(conn)?,
            ltc6_paper_returns::table.count().get_result(conn)?,
            ltc6_box::table.count().get_result(conn)?,
            ltc6_turnout::table.count().get_result(conn)?,
        ])
    })
}

fn entries(portal: &TestPortal) -> String {
    let rows: Vec<Option<String>> = portal.read(|conn| {
        Ok(audit_entries::table.order(audit_entries::id).select(audit_entries::content).load(conn)?)
    });
    rows.into_iter().flatten().collect()
}

on_both! {
    async fn a_form_is_keyed_listed_and_undone(portal) {
        one(&portal);
        let mut kim = portal.signed_in("kim@example.org").await;
        let page = kim.get(KEY).await.text();
        for words in ["Did you discuss what was most important", "Almost always", "<kbd>m</kbd> more than one marked"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        let saved = keyed(&mut kim, 1, ["3", "0", "m", "x", "", "2"], "A later bus").await;
        assert_eq!(saved.location(), format!("{KEY}?batch=BOX+1"), "{}", saved.text());
        let next = kim.get(saved.location()).await;
        let text = next.text();
        for words in ["BOX 1, 1 is saved.", "3 0 M – – 2, and words", "value=\"BOX 1\"", "High"] {
            assert!(text.contains(words), "{words}: {text}");
        }
        for (field, value) in [("number", "2"), ("received_day", "23")] {
            assert!(text.contains(&format!("name=\"{field}\" type=\"text\" value=\"{value}\"")), "{text}");
        }
        let twice = keyed(&mut kim, 1, ["1"; 6], "kept as typed").await;
        assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(twice.text().contains("was keyed already") && twice.text().contains("kept as typed"));
        let wrong = keyed(&mut kim, 2, ["4", "0", "0", "0", "0", "0"], "").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().contains("Key one of 0 1 2 3 m, or nothing"), "{}", wrong.text());
        let undo = [("batch", "BOX 1"), ("number", "1"), ("version", "1")];
        let undone = send(&mut kim, KEY, &format!("{KEY}/undo"), &undo).await;
        assert_eq!(undone.status, StatusCode::SEE_OTHER, "{}", undone.text());
        let again = send(&mut kim, KEY, &format!("{KEY}/undo"), &undo).await;
        assert_eq!(again.status, StatusCode::CONFLICT);
        assert_eq!(counts(&portal), [0, 0, 0, 0]);
    }
}

on_both! {
    async fn a_batch_is_keyed_twice_settled_and_sealed(portal) {
        let asked = one(&portal);
        let (mut kim, mut lee) = (portal.signed_in("kim@example.org").await, portal.signed_in("lee@example.org").await);
        for number in 1..=5 {
            keyed(&mut kim, number, ["3", "2", "1", "0", "3", "3"], "Marked words").await;
        }
        let (batch, finish) = (format!("{KEY}/batch?batch=BOX+1"), format!("{KEY}/batch"));
        let page = kim.get(&batch).await.text();
        assert_eq!(page.matches("You keyed it").count(), 5, "{page}");
        let own = kim.get(&format!("{KEY}/again?batch=BOX+1&number=1")).await;
        assert_eq!(own.status, StatusCode::CONFLICT);
        let early = send(&mut kim, &batch, &finish, &[("batch", "BOX 1"), ("forms", "5")]).await;
        assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(early.text().contains("Have the sample keyed a second time"));
        for number in ["1", "2", "3", "4", "5"] {
            let at = format!("{KEY}/again?batch=BOX+1&number={number}");
            assert!(!lee.get(&at).await.text().contains("Marked words"), "the first reading is not shown");
            let third = if number == "3" { "m" } else { "1" };
            let typed = [
                ("batch", "BOX 1"), ("number", number), ("level", "h"), ("respondent", "c"), ("q1", "3"), ("q2", "2"),
                ("q3", third), ("q4", "0"), ("q5", "3"), ("q6", "3"), ("improve_text", "Marked  words"),
            ];
            let read = send(&mut lee, &at, &format!("{KEY}/again"), &typed).await;
            assert_eq!(read.location().contains("/differences?"), number == "3", "{}", read.text());
        }
        let at = format!("{KEY}/differences?batch=BOX+1&number=3");
        let page = lee.get(&at).await.text();
        assert!(page.contains("more than one marked") && page.contains("1, I rarely received enough information"), "{page}");
        assert!(!page.contains("Marked"), "only what differs is shown");
        let unsettled = send(&mut kim, &batch, &finish, &[("batch", "BOX 1"), ("forms", "5"), ("as_it_is", "yes")]).await;
        assert_eq!(unsettled.status, StatusCode::UNPROCESSABLE_ENTITY);
        let which = [("batch", "BOX 1"), ("number", "3")];
        let none = send(&mut lee, &at, &format!("{KEY}/differences"), &which).await;
        assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
        let settled = send(&mut lee, &at, &format!("{KEY}/differences"), &[which[0], which[1], ("q3", "second")]).await;
        assert_eq!(settled.location(), batch);
        let stale = send(&mut kim, &batch, &finish, &[("batch", "BOX 1"), ("forms", "4")]).await;
        assert_eq!(stale.status, StatusCode::CONFLICT);
        let sealed = send(&mut kim, &batch, &finish, &[("batch", "BOX 1"), ("forms", "5")]).await;
        assert_eq!(sealed.location(), KEY, "{}", sealed.text());
        assert_eq!(counts(&portal), [0, 5, 5, 0]);
        assert_eq!(kim.get(&batch).await.status, StatusCode::NOT_FOUND);
        let answers = opened(&portal, &asked);
        let unclear = answers[&Stratum::High].iter().filter(|answers| answers.marks[2] == Some(Mark::Unclear)).count();
        assert_eq!((answers.len(), unclear), (1, 1));
        let told = entries(&portal);
        assert!(told.contains("\"keyed_twice\":5") && !told.contains("Marked"), "{told}");
        if portal.read(|conn| Ok(conn.is_sqlite())) {
            let words: Vec<u8> = std::fs::read_dir(portal.folder()).unwrap()
                .map(|entry| entry.unwrap().path()).filter(|path| path.is_file())
                .flat_map(|path| std::fs::read(path).unwrap()).collect();
            assert!(!words.windows(12).any(|window| window == b"Marked words"), "wiped from every file");
        }
        let taken = keyed(&mut kim, 3, ["1"; 6], "").await;
        assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY, "its number was taken");
        let next = kim.get(&format!("{KEY}?batch=BOX+1")).await.text();
        assert!(next.contains("name=\"number\" type=\"text\" value=\"6\""), "{next}");
    }
}

on_both! {
    async fn a_form_with_a_code_goes_sealed_through_the_patients_slot_and_stands_nowhere_else(portal) {
        let asked = one(&portal);
        let mut kim = portal.signed_in("kim@example.org").await;
        let at = format!("{KEY}?with=code");
        let page = kim.get(&at).await;
        assert!(page.text().contains("cannot be shown, undone or keyed a second time") && !page.text().contains("id=\"level\""));
        let noted = |portal: &TestPortal| portal.read(|conn| Ok((
            audit_entries::table.count().get_result::<i64>(conn)?, used_keys::table.count().get_result::<i64>(conn)?)));
        let before = noted(&portal);
        let (key, code) = (page.field("key"), asked.code(2));
        let form = [("key", key.as_str()), ("with", "code"), ("code", &code), ("respondent", "p"), ("q1", "3"), ("q6", "m")];
        for _ in 0..2 {
            let saved = kim.post(KEY, &form).await;
            assert_eq!(saved.location(), at, "the same form sent twice is counted once: {}", saved.text());
        }
        assert!(kim.get(&at).await.text().contains("The answers are sealed."));
        assert_eq!(counts(&portal), [0, 0, 1, 1]);
        assert_eq!(noted(&portal), before, "nothing else is written beside the invitation");
        let answers = opened(&portal, &asked);
        assert_eq!(answers[&Stratum::High][0].marks[5], Some(Mark::Unclear), "the level is the invitation's");
        let used = send(&mut kim, &at, KEY, &[("with", "code"), ("code", &code), ("q1", "2")]).await;
        assert_eq!(used.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(used.text().contains("This code cannot be used") && used.text().contains(&code), "{}", used.text());
        let slip = send(&mut kim, &at, KEY, &[("with", "code"), ("code", "7K3F9-2QD48")]).await;
        assert!(slip.text().contains("one letter or number is wrong"), "{}", slip.text());
        let mut patient = portal.stranger().await;
        assert_eq!(patient.post("/ltc6", &[("code", &code)]).await.status, StatusCode::NOT_FOUND, "used up");
    }
}

on_both! {
    async fn keying_is_a_keyers_of_the_campaigns_commissioner_while_it_takes_paper(portal) {
        one(&portal);
        add_far_keyer(&portal);
        portal.add_user("ann@example.org", Role::Commissioner, Some("CCG01"));
        let mut far = portal.signed_in("far@example.org").await;
        assert_eq!(far.get(KEY).await.status, StatusCode::NOT_FOUND);
        let mut ann = portal.signed_in("ann@example.org").await;
        assert_eq!(ann.get(KEY).await.status, StatusCode::FORBIDDEN);
        let closed = portal.on("2026-12-30");
        clockwork::tend(&closed.tools).unwrap();
        let mut kim = closed.signed_in("kim@example.org").await;
        let page = kim.get(KEY).await;
        assert_eq!(page.status, StatusCode::OK, "paper is keyed after the close");
        assert!(!page.text().contains("with=code"), "codes are not");
    }
}

on_both! {
    async fn batches_that_nobody_finished_are_sealed_and_counted_at_the_end(portal) {
        one(&portal);
        let mut kim = portal.signed_in("kim@example.org").await;
        for number in 1..=11 {
            keyed(&mut kim, number, ["3", "2", "1", "0", "3", "3"], "Marked words").await;
        }
        clockwork::tend(&portal.on("2027-02-01").tools).unwrap();
        assert_eq!(counts(&portal), [0, 11, 0, 0]);
        let told: (i64, i64) = portal.read(|conn| Ok((
            ltc6_responses::table.count().get_result(conn)?, ltc6_comments::table.count().get_result(conn)?)));
        assert_eq!(told, (11, 11));
        let mut late = portal.on("2027-02-01").signed_in("kim@example.org").await;
        assert_eq!(late.get(KEY).await.status, StatusCode::CONFLICT);
    }
}
