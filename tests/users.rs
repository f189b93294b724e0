//! Keeping users: inviting, memberships, names, links, sessions.

use actix_web::http::StatusCode;
use common_ground::access::Role;
use common_ground::schema::{audit_entries, outgoing_mail, users};
use diesel::prelude::*;

use crate::harness::{Answer, Browser, TestPortal};
use crate::on_both;

/// A portal with organisations, and a browser on which an administrator has signed in.
async fn administrator(portal: &TestPortal) -> Browser {
    portal.add_organisations();
    portal.add_user("ada@example.org", Role::Administrator, None);
    portal.signed_in("ada@example.org").await
}

fn audited(portal: &TestPortal, verb: &str) -> i64 {
    portal.read(|conn| {
        Ok(audit_entries::table.filter(audit_entries::verb.eq(verb)).count().get_result(conn)?)
    })
}

fn letters(portal: &TestPortal) -> Vec<String> {
    portal.read(|conn| {
        Ok(outgoing_mail::table.order(outgoing_mail::id).select(outgoing_mail::letter).load(conn)?)
    })
}

/// The page of the user with an e-mail address.
fn address(portal: &TestPortal, email: &str) -> String {
    let reference: String = portal
        .read(|conn| Ok(users::table.filter(users::email.eq(email)).select(users::reference).first(conn)?));
    format!("/admin/users/{reference}")
}

/// Opens the form at `path` and sends it there with `fields`, its key and its version.
async fn send(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
    let page = browser.get(path).await;
    assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text());
    let (key, text) = (page.field("key"), page.text());
    let version = if text.contains("name=\"version\"") { page.field("version") } else { String::new() };
    let mut form = vec![("key", key.as_str()), ("version", version.as_str())];
    form.extend_from_slice(fields);
    browser.post(path, &form).await
}

const GIL: [(&str, &str); 5] = [
    ("name", "Gil Sample"),
    ("email", "Gil@example.org"),
    ("role", "gp"),
    ("organisation", "E87001"),
    ("from_day", "1 January 2015"),
];

on_both! {
    async fn a_user_is_invited_once_and_again_on_asking(portal) {
        let mut browser = administrator(&portal).await;
        let page = browser.get("/admin/users/new").await;
        let key = page.field("key");
        let mut form = vec![("key", key.as_str())];
        form.extend_from_slice(&GIL);
        let first = browser.post("/admin/users/new", &form).await;
        let second = browser.post("/admin/users/new", &form).await;
        assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.text());
        assert_eq!(first.location(), second.location(), "sent twice");
        assert_eq!(first.location(), address(&portal, "gil@example.org"));
        assert_eq!(letters(&portal), ["invitation"], "done once");
        for verb in ["added a user", "added a membership", "invited a user"] {
            assert_eq!(audited(&portal, verb), 1, "{verb}");
        }
        let text = browser.get(first.location()).await.text();
        assert!(text.contains("Gil Sample") && text.contains("Invited") && text.contains("Alder Practice"));
        assert!(text.contains("An invitation is on its way"));
        assert!(!text.contains("<title>Gil"), "no name in a title");
        let list = browser.get("/admin/users?role=gp&organisation=E87001&words=GIL").await.text();
        assert!(list.contains("1 user<") && list.contains("gil@example.org"), "{list}");
        let link = format!("{}/link", first.location());
        let key = format!("{}-link", browser.get(first.location()).await.field("key").rsplit_once('-').unwrap().0);
        for _ in 0..2 {
            assert_eq!(browser.post(&link, &[("key", &key)]).await.status, StatusCode::SEE_OTHER);
        }
        assert_eq!(letters(&portal), ["invitation", "invitation"], "another one, once");
    }
}

on_both! {
    async fn all_mistakes_of_an_invitation_are_told_at_once(portal) {
        let mut browser = administrator(&portal).await;
        let typed = [("name", " "), ("email", "ada@example.org"), ("role", "gp"), ("organisation", "NET01"), ("to_day", "1 1 2015")];
        let answer = send(&mut browser, "/admin/users/new", &typed).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        for words in [
            "<title>Error: Invite a user",
            "Enter the name",
            "This e-mail address has an account already",
            "For the role GP, choose a practice",
            "Enter the first day",
            "value=\"ada@example.org\"",
            "value=\"NET01\" selected",
            "value=\"1 1 2015\"",
        ] {
            assert!(answer.text().contains(words), "{words}");
        }
        for (field, value, words) in [
            ("email", "gil at example.org", "Enter an e-mail address, for example name@example.org"),
            ("role", "doctor", "Choose a role"),
            ("role", "administrator", "An administrator belongs to the service"),
            ("organisation", "E99999", "For the role GP, choose a practice"),
            ("organisation", "", "For the role GP, choose a practice"),
            ("to_day", "31 December 2014", "Last day must be 1 January 2015 or later"),
        ] {
            let mut fields: Vec<(&str, &str)> = GIL.into_iter().filter(|(name, _)| *name != field).collect();
            fields.push((field, value));
            let answer = send(&mut browser, "/admin/users/new", &fields).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field} {value}");
            assert!(answer.text().contains(words), "{words}");
        }
        assert_eq!(letters(&portal), Vec::<String>::new());
    }
}

on_both! {
    async fn memberships_are_added_and_ended(portal) {
        let mut browser = administrator(&portal).await;
        portal.add_user("gil@example.org", Role::Gp, Some("E87001"));
        let user = address(&portal, "gil@example.org");
        let mut gil = portal.signed_in("gil@example.org").await;
        let add = format!("{user}/memberships/new");
        let coordinator = [("role", "coordinator"), ("organisation", "E87001"), ("from_day", "1 April 2026")];
        let added = send(&mut browser, &add, &coordinator).await;
        assert_eq!(added.location(), user, "{}", added.text());
        let again = send(&mut browser, &add, &coordinator).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(again.text().contains("The user is Co-ordinator, Alder Practice already, from 1 April 2026"));
        assert!(gil.get("/account").await.text().contains("Co-ordinator, Alder Practice"));
        let ending = format!("{user}/memberships/gp/E87001/2015-01-01");
        let page = browser.get(&ending).await;
        let early = send(&mut browser, &ending, &[("to_day", "31 December 2014")]).await;
        assert!(early.text().contains("Last day must be 1 January 2015 or later"));
        let ended = send(&mut browser, &ending, &[("to_day", "22 November 2026")]).await;
        assert_eq!(ended.location(), user);
        assert!(!gil.get("/account").await.text().contains("GP, Alder Practice"), "gone at the next click");
        let (key, version) = (page.field("key"), page.field("version"));
        let stale = browser.post(&ending, &[("key", &key), ("version", &version), ("to_day", "1 June 2026")]).await;
        assert_eq!(stale.status, StatusCode::CONFLICT);
        assert!(stale.text().contains("1 June 2026") && stale.text().contains("22 November 2026"));
        assert!(!browser.get("/admin/users?role=gp").await.text().contains("gil@example.org"));
        let file = browser.get("/admin/users.csv?words=gil").await.text();
        assert_eq!(
            file.lines().collect::<Vec<_>>(),
            [
                "\u{feff}email,name,role,organisation_code,from_date,to_date",
                "gil@example.org,Sample gil@example.org,gp,E87001,2015-01-01,2026-11-22",
                "gil@example.org,Sample gil@example.org,coordinator,E87001,2026-04-01,",
            ]
        );
    }
}

on_both! {
    async fn the_last_administrator_stays(portal) {
        let mut browser = administrator(&portal).await;
        let ending = format!("{}/memberships/administrator/service/2015-01-01", address(&portal, "ada@example.org"));
        let last = send(&mut browser, &ending, &[("to_day", "31 12 2026")]).await;
        assert_eq!(last.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(last.text().contains("This is the last administrator who can sign in"));
        let invited = [("name", "Eve"), ("email", "eve@example.org"), ("role", "administrator"), ("organisation", ""), ("from_day", "1 1 2026")];
        assert_eq!(send(&mut browser, "/admin/users/new", &invited).await.status, StatusCode::SEE_OTHER);
        let still = send(&mut browser, &ending, &[("to_day", "31 12 2026")]).await;
        assert_eq!(still.status, StatusCode::UNPROCESSABLE_ENTITY, "who is only invited cannot sign in");
        portal.write(|conn| {
            let eve = users::table.filter(users::email.eq("eve@example.org"));
            Ok(diesel::update(eve).set(users::password_hash.eq("set")).execute(conn)?)
        });
        assert_eq!(send(&mut browser, &ending, &[("to_day", "31 12 2026")]).await.status, StatusCode::SEE_OTHER);
    }
}

on_both! {
    async fn a_name_is_changed_and_a_stale_form_gets_both_texts(portal) {
        let mut browser = administrator(&portal).await;
        portal.add_user("gil@example.org", Role::Gp, Some("E87001"));
        let user = address(&portal, "gil@example.org");
        let path = format!("{user}/name");
        let page = browser.get(&path).await;
        assert_eq!(send(&mut browser, &path, &[("name", "")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(send(&mut browser, &path, &[("name", "Gil Theirs")]).await.location(), user);
        let (key, version) = (page.field("key"), page.field("version"));
        let stale = browser.post(&path, &[("key", &key), ("version", &version), ("name", "Gil Mine")]).await;
        assert_eq!(stale.status, StatusCode::CONFLICT);
        assert!(stale.text().contains("Gil Theirs") && stale.text().contains("Gil Mine"));
        let (key, version, name) = (stale.field("key"), stale.field("version"), stale.field("name"));
        let kept = browser.post(&path, &[("key", &key), ("version", &version), ("name", &name)]).await;
        assert_eq!(kept.location(), user);
        assert!(browser.get(&user).await.text().contains("Gil Mine"));
        assert_eq!(audited(&portal, "changed a user"), 2);
    }
}

on_both! {
    async fn a_user_is_signed_out_everywhere_and_gets_a_reset_link(portal) {
        let mut browser = administrator(&portal).await;
        portal.add_user("gil@example.org", Role::Gp, Some("E87001"));
        let user = address(&portal, "gil@example.org");
        let mut first = portal.signed_in("gil@example.org").await;
        let mut second = portal.signed_in("gil@example.org").await;
        let page = browser.get(&user).await;
        assert!(page.text().contains("Send a reset link") && page.text().contains("Sign out everywhere"));
        let (session, key) = (page.field("session"), page.field("key"));
        let base = key.rsplit_once('-').unwrap().0;
        let sessions = format!("{user}/sessions");
        browser.post(&sessions, &[("session", &session), ("key", &format!("{base}-{session}"))]).await;
        assert_eq!(browser.get(&user).await.text().matches("Sign out there<").count(), 1);
        browser.post(&sessions, &[("key", &format!("{base}-all"))]).await;
        assert!(browser.get(&user).await.text().contains("Nowhere just now"));
        for gil in [&mut first, &mut second] {
            assert_eq!(gil.get("/account").await.status, StatusCode::SEE_OTHER);
        }
        browser.post(&format!("{user}/link"), &[("key", &format!("{base}-link"))]).await;
        assert_eq!(letters(&portal), ["reset"]);
        let own = address(&portal, "ada@example.org");
        let refused = browser.post(&format!("{own}/link"), &[("key", "own")]).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "no mail to who did the act");
        browser.post(&format!("{own}/sessions"), &[("key", "everywhere")]).await;
        assert_eq!(browser.get(&own).await.status, StatusCode::OK, "the administrator's own session stays");
    }
}

on_both! {
    async fn the_list_sorts_and_pages_and_its_words_stand_for_themselves(portal) {
        let mut browser = administrator(&portal).await;
        for number in 10..40 {
            portal.add_user(&format!("user{number}@example.org"), Role::Analyst, Some("CCG01"));
        }
        let first = browser.get("/admin/users?role=analyst&sort=-email").await.text();
        assert!(first.contains("30 users") && first.contains("user39@") && !first.contains("user14@"));
        let second = browser.get("/admin/users?role=analyst&sort=-email&page=2").await.text();
        assert!(second.contains("user14@") && !second.contains("user15@"));
        for words in ["%25", "_", "user1\\", "%00"] {
            let text = browser.get(&format!("/admin/users?words={words}")).await.text();
            assert!(text.contains("0 users") || words == "%00", "{words}");
        }
        assert_eq!(browser.get("/admin/users?page=99999999999999999999&role=nonsense").await.status, StatusCode::OK);
    }
}

on_both! {
    async fn other_roles_unknown_references_and_huge_fields_are_refused(portal) {
        let mut browser = administrator(&portal).await;
        let own = address(&portal, "ada@example.org");
        for path in [
            "/admin/users/NOBODY00",
            "/admin/users/%00",
            "/admin/users/NOBODY00/name",
            "/admin/users/NOBODY00/memberships/new",
            &format!("{own}/memberships/gp/E87001/2015-01-01"),
            &format!("{own}/memberships/administrator/service/not-a-day"),
        ] {
            assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        let huge = "n".repeat(10 * 1024 * 1024);
        let refused = browser.post("/admin/users/new", &[("name", &huge)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        for role in Role::ALL.iter().filter(|role| **role != Role::Administrator) {
            let email = portal.add_member(*role);
            let mut other = portal.signed_in(&email).await;
            for path in ["/admin/users", "/admin/users/new", &own] {
                assert_eq!(other.get(path).await.status, StatusCode::FORBIDDEN, "{} {path}", role.word());
            }
            assert_eq!(other.post("/admin/users/new", &GIL).await.status, StatusCode::FORBIDDEN);
        }
    }
}
