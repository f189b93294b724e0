//! Letters and mails: codes that work and are kept nowhere, reminders to those who have not answered, returned letters.

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use common_ground::access::Role;
use common_ground::installation::{self, DEMO_DAY};
use common_ground::ltc6::code::Code;
use common_ground::people::register::FOREVER;
use common_ground::schema::{
    audit_entries, ltc6_codes, ltc6_invitations, ltc6_opt_outs, ltc6_turnout, outgoing_mail, person_records,
};
use diesel::prelude::*;

use super::{commissioner, open, stored, supported};
use crate::harness::{Answer, Browser, TestPortal};
use crate::on_both;

/// Makes the next letters, or the last again.
async fn make(browser: &mut Browser, path: &str, again: bool, format: &str) -> Answer {
    let letters = format!("{path}/letters");
    let page = browser.get(&letters).await;
    let text = page.text();
    let part = if again {
        text.split("name=\"act\"").next().unwrap().rsplit("<form").next().unwrap()
    } else {
        &*text
    };
    let field = |name: &str| {
        let marked = format!("name=\"{name}\" value=\"");
        part.split_once(&marked)
            .unwrap_or_else(|| panic!("no {name}: {text}"))
            .1
            .split('"')
            .next()
            .unwrap()
            .to_owned()
    };
    let (key, round) = (field("key"), field("round"));
    let act = if again { "again" } else { "" };
    let form = [("key", &*key), ("round", &*round), ("act", act), ("format", format)];
    browser.post(&letters, &form).await
}

/// The codes in a page set, as typed.
fn codes(file: &Answer) -> Vec<String> {
    let text = file.text();
    text.split("<p class=\"typed\">").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
}

/// The invitation a code is of.
fn invitation(portal: &TestPortal, code: &str) -> Option<String> {
    let hash = Code::read(code).ok().unwrap().hash(&portal.tools.keys);
    portal.read(|conn| {
        Ok(ltc6_codes::table.find(hash).select(ltc6_codes::invitation).first(conn).optional()?)
    })
}

on_both! {
    async fn letters_stream_once_with_codes_that_work_and_stand_in_no_row(portal) {
        let portal = supported(portal);
        let mut browser = commissioner(&portal).await;
        let path = open(&mut browser, &[]).await;
        let page = browser.get(&format!("{path}/letters")).await;
        let before = page.text();
        assert!(before.contains("streams to you once") && before.contains("9 letters"), "{before}");
        let (key, round) = (page.field("key"), page.field("round"));
        let unchosen = browser.post(&format!("{path}/letters"), &[("key", &key), ("round", &round)]).await;
        assert_eq!(unchosen.status, StatusCode::UNPROCESSABLE_ENTITY);
        let form = [("key", &*key), ("round", &*round), ("format", "pages")];
        let file = browser.post(&format!("{path}/letters"), &form).await;
        assert!(file.status.is_success(), "{}", file.text());
        let named = file.headers.get("content-disposition").unwrap().to_str().unwrap().to_owned();
        assert!(named.contains("attachment") && named.contains("C2015-letters-1.html"), "{named}");
        let text = file.text();
        for words in [
            "Example CCG", "Sample Street", "EX1 1MP", "Sam Helper, 020 7946 0000", "31 May 2015",
            "cannot be traced to you", "127.0.0.1:8080/ltc6", "<svg", "about 9 people", "R-",
        ] {
            assert!(text.contains(words), "{words}: {text}");
        }
        for words in ["<script", "https://", "High", "diabetes", "level of need", "<img", ">P-"] {
            assert!(!text.contains(words), "{words}: {text}");
        }
        assert!(text.ends_with("</html>\n"));
        let first = codes(&file);
        assert_eq!(first.iter().filter_map(|code| invitation(&portal, code)).collect::<BTreeSet<_>>().len(), 9);
        let large: usize = text.matches("class=\"letter large\"").count();
        assert!(large < 9, "large print for those who asked");

        let twice = browser.post(&format!("{path}/letters"), &form).await;
        assert_eq!(twice.status, StatusCode::CONFLICT, "a file streams once");
        let again = make(&mut browser, &path, true, "csv").await;
        let rows = again.text();
        assert!(rows.contains("return_reference,name,address_1") && rows.lines().count() == 10, "{rows}");
        assert!(first.iter().all(|code| !rows.contains(code)), "made again, fresh codes");
        assert!(browser.get(&path).await.text().contains("letters made 2 times"));

        let told: Vec<Option<String>> = portal.read(|conn| Ok(audit_entries::table.select(audit_entries::content).load(conn)?));
        let told: Vec<String> = told.into_iter().flatten().collect();
        for code in &first {
            let plain = code.replace('-', "");
            assert!(told.iter().all(|details| !details.contains(code) && !details.contains(&plain)));
        }
        let hashes: Vec<String> = portal.read(|conn| Ok(ltc6_codes::table.select(ltc6_codes::hash).load(conn)?));
        assert_eq!(hashes.len(), 18, "codes of the first file go on working");
    }
}

on_both! {
    async fn reminders_go_to_those_who_have_not_answered_twice_at_most_and_not_to_the_dead(portal) {
        let portal = supported(portal);
        let mut browser = commissioner(&portal).await;
        let path = open(&mut browser, &[]).await;
        let first = codes(&make(&mut browser, &path, false, "pages").await);
        let answered = invitation(&portal, &first[0]).unwrap();
        let dead = invitation(&portal, &first[1]).unwrap();
        portal.write(|conn| {
            diesel::insert_into(ltc6_turnout::table).values(ltc6_turnout::invitation.eq(&answered)).execute(conn)?;
            let person: i64 =
                ltc6_invitations::table.find(&dead).select(ltc6_invitations::person_id).first(conn)?;
            diesel::update(person_records::table.filter(person_records::person_id.eq(person)))
                .filter(person_records::until_register.eq(FOREVER))
                .set(person_records::died_on.eq("2015-03-30".parse::<chrono::NaiveDate>().unwrap()))
                .execute(conn)?;
            Ok(())
        });
        let page = browser.get(&format!("{path}/letters")).await.text();
        assert!(page.contains("How many they are is not said before"), "{page}");
        let reminder = make(&mut browser, &path, false, "pages").await;
        assert!(reminder.text().contains("If you have already answered, thank you. You need do nothing."));
        let reminded: Vec<String> =
            codes(&reminder).iter().filter_map(|code| invitation(&portal, code)).collect();
        assert_eq!(reminded.len(), 7);
        assert!(!reminded.contains(&answered) && !reminded.contains(&dead));
        let dropped: bool =
            portal.read(|conn| Ok(ltc6_invitations::table.find(&dead).select(ltc6_invitations::dropped).first(conn)?));
        assert!(dropped);
        // Somebody answers between two makings of one round: its people stay the same.
        portal.write(|conn| {
            let one = ltc6_turnout::invitation.eq(&reminded[0]);
            Ok(diesel::insert_into(ltc6_turnout::table).values(one).execute(conn)?)
        });
        assert_eq!(codes(&make(&mut browser, &path, true, "pages").await).len(), 7);
        assert_eq!(codes(&make(&mut browser, &path, false, "pages").await).len(), 6);
        let last = browser.get(&format!("{path}/letters")).await.text();
        assert!(last.contains("there are no more"), "{last}");
        let page = browser.get(&path).await.text();
        assert!(page.contains("about 10") && !page.contains("about 7"), "{page}");
        let fourth = [("key", "k-4"), ("round", "4"), ("format", "pages")];
        assert_eq!(browser.post(&format!("{path}/letters"), &fourth).await.status, StatusCode::CONFLICT);
    }
}

on_both! {
    async fn a_letter_that_came_back_is_noted_by_its_reference_and_no_reminder_goes_there(portal) {
        let portal = supported(portal);
        let mut browser = commissioner(&portal).await;
        let path = open(&mut browser, &[]).await;
        let file = make(&mut browser, &path, false, "pages").await.text();
        let references: Vec<String> =
            file.split("returned: <b>").skip(1).map(|rest| rest[..16].to_owned()).collect();
        assert_eq!(references.len(), 9);
        portal.add_user("key@example.org", Role::Keyer, Some("CCG01"));
        let mut keyer = portal.signed_in("key@example.org").await;
        let returns = format!("{path}/returns");
        let note = async |keyer: &mut Browser, letter: &str, what: &str| {
            let key = keyer.get(&returns).await.field("key");
            keyer.post(&returns, &[("key", &*key), ("letter", letter), ("what", what)]).await
        };
        let wrong = note(&mut keyer, "R-0000-0000-0001", "undeliverable").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().contains("one of them is wrong") && wrong.text().contains("value=\"R-0000-0000-0001\""));
        let none = note(&mut keyer, "R-0000-0000-0000", "undeliverable").await;
        assert!(none.text().contains("No letter of this campaign has this reference"), "{}", none.text());
        let plain = references[0].to_lowercase().replace('-', " ");
        for letter in [&*plain, &references[1], &references[2]] {
            let done = note(&mut keyer, letter, "undeliverable").await;
            assert_eq!(done.location(), returns, "{}", done.text());
        }
        assert!(keyer.get(&returns).await.text().contains("marked as undeliverable"));
        note(&mut keyer, &references[1], "undo").await;
        note(&mut keyer, &references[3], "opted_out").await;
        let back: i64 = portal.read(|conn| {
            Ok(ltc6_invitations::table.filter(ltc6_invitations::undeliverable.eq(true)).count().get_result(conn)?)
        });
        let never: i64 = portal.read(|conn| Ok(ltc6_opt_outs::table.count().get_result(conn)?));
        assert_eq!((back, never), (2, 1));
        assert_eq!(codes(&make(&mut browser, &path, false, "pages").await).len(), 6);
        let mut other = { portal.add_user("o@example.org", Role::Keyer, Some("CCG02")); portal.signed_in("o@example.org").await };
        assert_eq!(other.get(&returns).await.status, StatusCode::NOT_FOUND);
    }
}

on_both! {
    async fn mails_leave_with_codes_that_no_page_shows(portal) {
        let portal = supported(portal);
        portal.write(|conn| installation::set(conn, DEMO_DAY, "2015-04-01"));
        let mut browser = commissioner(&portal).await;
        let path = open(&mut browser, &[("delivery", "email")]).await;
        let made = make(&mut browser, &path, false, "pages").await;
        assert_eq!(made.location(), path, "{}", made.text());
        portal.write(|conn| {
            let one: String = outgoing_mail::table
                .filter(outgoing_mail::invitation.is_not_null())
                .order(outgoing_mail::id)
                .select(outgoing_mail::invitation.assume_not_null())
                .first(conn)?;
            let this = ltc6_invitations::table.find(one);
            Ok(diesel::update(this).set(ltc6_invitations::dropped.eq(true)).execute(conn)?)
        });
        portal.work().await;
        let mails: Vec<String> = std::fs::read_dir(portal.folder().join("outbox"))
            .unwrap()
            .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
            .filter(|mail| mail.contains("Subject: Tell us about your care"))
            .collect();
        assert_eq!(mails.len(), 8, "one was dropped before its turn");
        let code = mails[0].split("type this code: ").nth(1).unwrap()[..11].to_owned();
        assert!(invitation(&portal, &code).is_some(), "{}", mails[0]);
        portal.add_user("admin@example.org", Role::Administrator, None);
        let mut admin = portal.signed_in("admin@example.org").await;
        let outbox = admin.get("/admin/outbox").await.text();
        assert!(outbox.contains("A person who was invited") && outbox.contains("Not needed"), "{outbox}");
        assert!(!outbox.contains("@example.org<") && !outbox.contains("person1"), "no address: {outbox}");
        let one = outbox.split("/admin/outbox/M-").nth(1).unwrap()[..8].to_owned();
        let shown = admin.get(&format!("/admin/outbox/M-{one}")).await.text();
        assert!(shown.contains("Code not shown") && !shown.contains("/ltc6/"), "{shown}");
        assert_eq!(stored(&portal, &path).code, "C2015");
    }
}
