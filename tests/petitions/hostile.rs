//! Petitions under strain: two at once, sent twice, sent late, sent by strangers, sent signed out, sent by the megabyte.

use actix_web::http::header;
use actix_web::test::TestRequest;
use common_ground::schema::{petition_decisions, petitions};

use super::*;

/// The page of a form of a petition, the address it is sent to, and what is typed.
type Form = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const ANSWER: Form = ("answer", "answer", &[("text", "Since January.")]);
const APPEAL: Form = ("appeal", "appeal", &[("text", "She is in hospital now.")]);
const ASK: Form = ("decide", "decide", &[("choice", "ask"), ("question", "Since when?")]);
const EDIT: Form = (
    "edit",
    "edit",
    &[
        ("category", "other"),
        ("to_group", "SEMI"),
        ("case_text", "Known to the team since the spring."),
        ("discussed", "yes"),
        ("effective_day", "1 4 2015"),
        ("then", "save"),
    ],
);
const OPINION: Form = ("opinion", "opinion", &[("opinion", "support"), ("reason", "We know her well")]);
const REJECT: Form = ("decide", "decide", REFUSED);
const SUBMIT: Form = ("check", "submit", &[]);
const WITHDRAW: Form = ("withdraw", "withdraw", &[("text", "No longer so.")]);

/// A form as its page shows it now, filled in.
async fn filled_in(browser: &mut Browser, path: &str, form: Form) -> Vec<(String, String)> {
    let shown = browser.get(&format!("{path}/{}", form.0)).await;
    assert_eq!(shown.status, StatusCode::OK, "{}: {}", form.0, shown.text());
    let handles = ["key", "version"].map(|name| (name.to_owned(), shown.field(name)));
    let typed = form.2.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    handles.into_iter().chain(typed).collect()
}

async fn post(browser: &mut Browser, address: &str, fields: &[(String, String)]) -> Answer {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
    browser.post(address, &fields).await
}

/// Counts that a second send would change.
fn counted(portal: &TestPortal) -> [i64; 4] {
    use common_ground::schema::{audit_entries, outgoing_mail, petition_events};
    portal.read(|conn| {
        Ok([
            petitions::table.select(petitions::version).first(conn)?,
            petition_events::table.count().get_result(conn)?,
            audit_entries::table
                .filter(audit_entries::verb.ne(common_ground::audit::Verb::PetitionRead))
                .count()
                .get_result(conn)?,
            outgoing_mail::table.count().get_result(conn)?,
        ])
    })
}

/// Sends a form twice at once, then late with another key: done once, and told.
async fn strained(portal: &TestPortal, browser: Browser, path: &str, form: Form) -> Browser {
    let mut browser = browser;
    let (address, fields) = (format!("{path}/{}", form.1), filled_in(&mut browser, path, form).await);
    let sent = post(&mut browser, &address, &fields).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}: {}", form.0, sent.text());
    let once = counted(portal);
    let again = post(&mut browser, &address, &fields).await;
    assert_eq!((again.status, again.location()), (StatusCode::SEE_OTHER, sent.location()), "{}", form.0);
    assert_eq!(counted(portal), once, "{} is done once", form.0);
    let mut late = fields.clone();
    late[0].1 = "another key".into();
    let late = post(&mut browser, &address, &late).await;
    let refused = matches!(late.status, StatusCode::CONFLICT | StatusCode::FORBIDDEN);
    assert!(refused, "{}: {} {}", form.0, late.status, late.text());
    let typed = form.2.iter().filter(|(name, _)| ["text", "question", "reason", "case_text"].contains(name));
    for (_, text) in typed {
        assert!(late.text().contains(text), "{}: what was typed is shown: {}", form.0, late.text());
    }
    assert_eq!(counted(portal), once, "{}: a stale page writes nothing", form.0);
    browser
}

on_both! {
    async fn each_form_is_done_once_however_often_and_late_it_is_sent(portal) {
        let portal = cared_for(portal);
        let mut all = Parties::of(&portal).await;
        let path = draft(&mut all.gp, &pseudonym(&portal, HEALTHY), "SEMI").await;
        let gp = strained(&portal, all.gp, &path, EDIT).await;
        let gp = strained(&portal, gp, &path, SUBMIT).await;
        strained(&portal, all.first, &path, OPINION).await;
        strained(&portal, all.second, &path, OPINION).await;
        let commissioner = strained(&portal, all.commissioner, &path, ASK).await;
        let gp = strained(&portal, gp, &path, ANSWER).await;
        strained(&portal, commissioner, &path, REJECT).await;
        let gp = strained(&portal, gp, &path, APPEAL).await;
        strained(&portal, gp, &path, WITHDRAW).await;
    }
}

on_both! {
    async fn of_two_reviewers_at_the_same_moment_one_wins_and_the_other_sees_it(portal) {
        let portal = cared_for(portal);
        let mut all = Parties::of(&portal).await;
        let path = submitted(&portal, &mut all.gp).await;
        opined(&mut all.first, &mut all.second, &path).await;
        let decide = format!("{path}/decide");
        let mut running = Vec::new();
        for (mut browser, typed) in [(all.commissioner, GRANTED), (all.other, REFUSED)] {
            let fields = filled_in(&mut browser, &path, ("decide", "decide", typed)).await;
            let address = decide.clone();
            running.push(actix_web::rt::spawn(async move { post(&mut browser, &address, &fields).await }));
        }
        let mut answers = Vec::new();
        for one in running {
            answers.push(one.await.unwrap());
        }
        let lost = answers.iter().position(|answer| answer.status == StatusCode::CONFLICT).unwrap();
        assert_eq!(answers[1 - lost].status, StatusCode::SEE_OTHER, "{}", answers[1 - lost].text());
        let (theirs, winners) = match lost {
            0 => ("Agreed, from today.", "Tell us more."),
            _ => ("Tell us more.", "Agreed, from today."),
        };
        let told = answers[lost].text();
        assert!(told.contains(winners) && told.contains(theirs), "{told}");
        let decisions: i64 = portal.read(|conn| Ok(petition_decisions::table.count().get_result(conn)?));
        assert_eq!((decisions, ledger(&portal, &path).len()), (1, lost));
    }
}

/// All of an answer but when it was made and where it was kept.
fn bytes(answer: &Answer) -> (StatusCode, Vec<(String, String)>, Vec<u8>) {
    let mut headers: Vec<(String, String)> = answer
        .headers
        .iter()
        .filter(|(name, _)| **name != header::DATE)
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    headers.sort();
    (answer.status, headers, answer.body.clone())
}

/// Every address of one petition, from the routes themselves.
fn addresses() -> Vec<(bool, String)> {
    let routes = include_str!("../../src/petitions/mod.rs");
    let of_one = routes.lines().filter_map(|line| {
        let address = line.split_once("\"/petitions/{reference}")?.1.split('"').next()?;
        Some((line.contains("web::post()"), address.to_owned()))
    });
    of_one.collect()
}

on_both! {
    async fn anothers_petition_is_never_there_at_any_address_in_the_same_bytes(portal) {
        let portal = cared_for(portal);
        let mut all = Parties::of(&portal).await;
        let path = submitted(&portal, &mut all.gp).await;
        let mut strangers = [
            signed_in(&portal, Role::Gp, "E87004").await,
            signed_in(&portal, Role::PracticeStaff, "E87002").await,
            signed_in(&portal, Role::Commissioner, "CCG02").await,
            signed_in(&portal, Role::NetworkManager, "NET02").await,
            all.second,
        ];
        // The last network is asked of this one; not of one that stays within PN01's groups.
        let other = draft(&mut all.gp, &pseudonym(&portal, "9990001030"), "LD").await;
        done(&mut all.gp, &format!("{other}/check"), &[]).await;
        for (number, stranger) in strangers.iter_mut().enumerate() {
            let theirs = if number == 4 { &other } else { &path };
            for (posts, below) in addresses() {
                let fields = [("key", "x"), ("version", "2"), ("choice", "refuse"), ("text", "Mine now")];
                let mut ask = async |address: String| match posts {
                    true => stranger.post(&address, &fields).await,
                    false => stranger.get(&address).await,
                };
                let of = bytes(&ask(format!("{theirs}{below}")).await);
                let never = bytes(&ask(format!("/petitions/CG-ZZZZZZZZ{below}")).await);
                assert!(matches!(of.0, StatusCode::NOT_FOUND | StatusCode::FORBIDDEN), "{number} {below} {}", of.0);
                if of.0 == StatusCode::NOT_FOUND {
                    assert_eq!(of, never, "{number} {below}");
                }
            }
            let (reference, person) = (theirs.rsplit('/').next().unwrap(), pseudonym(&portal, HEALTHY));
            for list in ["/petitions", "/petitions.csv", "/petitions?view=all", "/petitions.csv?view=all"] {
                let list = stranger.get(list).await;
                assert_eq!(list.status, StatusCode::OK);
                if number != 4 {
                    assert!(!list.text().contains(&person), "{number}");
                }
                assert!(!list.text().contains(reference), "{number}");
            }
        }
        for view in ["home", "deletion", "restoration"] {
            let theirs = all.gp.post(&format!("/petitions/views/SV-1/{view}"), &[("key", "y")]).await;
            assert_eq!(theirs.status, StatusCode::NOT_FOUND);
        }
    }
}

on_both! {
    async fn a_person_of_another_practice_is_nobody_in_the_same_bytes(portal) {
        let portal = cared_for(portal);
        let person = pseudonym(&portal, HEALTHY);
        let never = "P-0000-0000";
        for (role, code) in [(Role::Gp, "E87002"), (Role::PracticeStaff, "E87004"), (Role::NetworkManager, "NET02")] {
            let mut stranger = signed_in(&portal, role, code).await;
            for page in ["/petitions/new?person=", "/people/", "/petitions?person=", "/petitions.csv?person="] {
                let theirs = stranger.get(&format!("{page}{person}")).await;
                let mut nobodys = stranger.get(&format!("{page}{never}")).await;
                // A filter nobody offers is shown as it was asked for.
                nobodys.body = nobodys.text().replace(never, &person).into_bytes();
                assert_eq!(bytes(&theirs), bytes(&nobodys), "{code} {page}: {}", theirs.text());
            }
            let sent = |whom: &str| filled("z", "", whom, "SEMI").iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Vec<_>>();
            let theirs = post(&mut stranger, "/petitions/new", &sent(&person)).await;
            let nobodys = post(&mut stranger, "/petitions/new", &sent(never)).await;
            assert_eq!(theirs.status, StatusCode::NOT_FOUND);
            assert_eq!(bytes(&theirs), bytes(&nobodys), "{code}");
        }
    }
}

on_both! {
    async fn a_text_of_ten_megabytes_is_refused_in_words_and_a_long_one_beside_its_field(portal) {
        let portal = cared_for(portal);
        let mut all = Parties::of(&portal).await;
        let path = submitted(&portal, &mut all.gp).await;
        let huge = "x".repeat(10 * 1024 * 1024);
        for (_, below) in addresses().into_iter().filter(|(posts, _)| *posts) {
            for browser in [&mut all.gp, &mut all.first, &mut all.commissioner] {
                let answer = browser.post(&format!("{path}{below}"), &[("text", &*huge), ("key", "k")]).await;
                let refused = matches!(answer.status, StatusCode::UNPROCESSABLE_ENTITY | StatusCode::FORBIDDEN);
                assert!(refused, "{below}: {}", answer.status);
                if answer.status == StatusCode::UNPROCESSABLE_ENTITY {
                    assert!(answer.text().contains("too large"), "{below}");
                }
            }
        }
        let mut stranger = portal.stranger().await;
        let nobody = stranger.post(&format!("{path}/answer"), &[("text", &*huge)]).await;
        assert_eq!(nobody.status, StatusCode::SEE_OTHER);
        let long = "word ".repeat(80_000);
        let page = format!("{path}/withdraw");
        let answer = send(&mut all.gp, &page, &page, &[("text", &long)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().contains("4000 characters or fewer") && answer.text().len() > long.len());
    }
}

on_both! {
    async fn what_is_written_when_a_session_ends_is_kept_until_one_has_signed_in_again(portal) {
        let portal = cared_for(portal);
        let mut gp = signed_in(&portal, Role::Gp, "E87001").await;
        let person = pseudonym(&portal, HEALTHY);
        let form = gp.get(&format!("/petitions/new?person={person}")).await;
        let key = form.field("key");
        let fields = filled(&key, "", &person, "SEMI");
        portal.write(|conn| Ok(diesel::delete(common_ground::schema::sessions::table).execute(conn)?));
        let held = gp.post("/petitions/new", &fields).await;
        assert_eq!(held.status, StatusCode::FORBIDDEN, "{}", held.text());
        assert!(held.text().contains("You were signed out before this was sent") && held.text().contains(CASE));
        assert!(held.text().contains("action=\"/petitions/new\""), "{}", held.text());
        assert_eq!((held.field("key"), held.field("person")), (key.clone(), person.clone()));
        let none: i64 = portal.read(|conn| Ok(petitions::table.count().get_result(conn)?));
        assert_eq!(none, 0);
        let mut again = portal.signed_in("gp.e87001@example.org").await;
        let sent = again.post("/petitions/new", &fields).await;
        assert!(sent.location().ends_with("/check"), "{}", sent.text());
        // A draft that was saved waits where it was.
        portal.write(|conn| Ok(diesel::delete(common_ground::schema::sessions::table).execute(conn)?));
        assert!(again.get(sent.location()).await.location().starts_with("/sign-in?to=%2Fpetitions%2FCG-"));
        let mut back = portal.signed_in("gp.e87001@example.org").await;
        assert!(back.get(sent.location()).await.text().contains(CASE));
        // Nothing written, another site's form, or a page for strangers: as ever.
        let blank = portal.stranger().await.post("/petitions/new", &[("key", "k"), ("version", "")]).await;
        assert_eq!(blank.location(), "/sign-in");
        let foreign = TestRequest::post().uri("/petitions/new").insert_header(("sec-fetch-site", "cross-site"));
        let foreign = portal.stranger().await.send(foreign.set_form([("case_text", "From elsewhere")])).await;
        assert!(!foreign.text().contains("From elsewhere"), "{}", foreign.text());
    }
}
