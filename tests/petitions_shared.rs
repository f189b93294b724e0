//! How colleagues share the worklist: assigning, seeing to what is an absent colleague's, saved views, and what of it
//! stands on home pages and on a person's page.

use actix_web::http::StatusCode;
use common_ground::access::Role;
use common_ground::schema::{outgoing_mail, petition_events, users};
use diesel::prelude::*;

use crate::decisions::{cared_for, pseudonym, signed_in};
use crate::grouped::people_in;
use crate::harness::{Answer, Browser, TestPortal};
use crate::on_both;
use crate::petitions::{HEALTHY, Parties, REFUSED, done, draft, opined, send, submitted};
use crate::petitions_list::laid;

/// A user's reference.
fn reference(portal: &TestPortal, email: &str) -> String {
    portal
        .read(|conn| Ok(users::table.filter(users::email.eq(email)).select(users::reference).first(conn)?))
}

/// Assigns a petition from its form.
async fn assign(browser: &mut Browser, path: &str, to: &str) -> Answer {
    let page = format!("{path}/assign");
    let was = browser.get(&page).await.field("was");
    send(browser, &page, &page, &[("was", &was), ("to", to)]).await
}

async fn waiting(browser: &mut Browser) -> i64 {
    people_in(&browser.get("/petitions?view=waiting").await.text())
}

async fn mine(browser: &mut Browser) -> i64 {
    people_in(&browser.get("/petitions?view=mine").await.text())
}

/// How many letters of a kind went to somebody.
fn letters(portal: &TestPortal, email: &str, letter: &str) -> i64 {
    portal.read(|conn| {
        Ok(outgoing_mail::table
            .inner_join(users::table)
            .filter(users::email.eq(email).and(outgoing_mail::letter.eq(letter)))
            .count()
            .get_result(conn)?)
    })
}

on_both! {
    async fn what_is_assigned_waits_for_one_and_is_told_once(portal) {
        let portal = cared_for(portal);
        let mut all = Parties::of(&portal).await;
        let path = submitted(&portal, &mut all.gp).await;
        opined(&mut all.first, &mut all.second, &path).await;
        assert_eq!((waiting(&mut all.commissioner).await, waiting(&mut all.other).await), (1, 1));
        let other = reference(&portal, "other.commissioner@example.org");
        let sent = assign(&mut all.commissioner, &path, &other).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
        assert_eq!((waiting(&mut all.commissioner).await, waiting(&mut all.other).await), (0, 1));
        assert_eq!((mine(&mut all.commissioner).await, mine(&mut all.other).await), (0, 1));
        assert_eq!(letters(&portal, "other.commissioner@example.org", "petition_assigned"), 1);
        let again = assign(&mut all.commissioner, &path, &other).await;
        assert_eq!(again.status, StatusCode::SEE_OTHER);
        assert_eq!(letters(&portal, "other.commissioner@example.org", "petition_assigned"), 1, "nothing changed");
        let noted: i64 = portal.read(|conn| Ok(petition_events::table
            .filter(petition_events::what.eq("assigned")).count().get_result(conn)?));
        assert_eq!(noted, 1);
        let page = all.commissioner.get(&path).await.text();
        assert!(page.contains("Sample other.commissioner@example.org"), "{page}");
        // The practice's own assignment is its own.
        let gp = all.gp.get(&path).await.text();
        assert!(gp.contains("Nobody of your organisation"), "{gp}");
        assign(&mut all.other, &path, "nobody").await;
        assert_eq!((waiting(&mut all.commissioner).await, waiting(&mut all.other).await), (1, 1));
    }
}

on_both! {
    async fn a_decision_is_not_assigned_to_its_drafter_nor_an_appeal_to_who_rejected(portal) {
        let portal = cared_for(portal);
        let mut all = Parties::of(&portal).await;
        portal.add_user("gp.e87001@example.org", Role::Commissioner, Some("CCG01"));
        let path = submitted(&portal, &mut all.gp).await;
        opined(&mut all.first, &mut all.second, &path).await;
        let gp = reference(&portal, "gp.e87001@example.org");
        let form = all.commissioner.get(&format!("{path}/assign")).await.text();
        assert!(!form.contains(&gp) && form.contains("Sample other.commissioner"), "{form}");
        let refused = assign(&mut all.commissioner, &path, &gp).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
        done(&mut all.commissioner, &format!("{path}/decide"), REFUSED).await;
        let closed = all.commissioner.get(&format!("{path}/assign")).await;
        assert_eq!(closed.status, StatusCode::CONFLICT);
        done(&mut all.gp, &format!("{path}/appeal"), &[("text", "She is in hospital now.")]).await;
        assert_eq!((waiting(&mut all.commissioner).await, waiting(&mut all.other).await), (0, 1));
        let rejected = reference(&portal, "commissioner.ccg01@example.org");
        let form = all.other.get(&format!("{path}/assign")).await.text();
        assert!(!form.contains(&rejected), "{form}");
        let stranger = signed_in(&portal, Role::Gp, "E87004").await.get(&format!("{path}/assign")).await;
        assert_eq!(stranger.status, StatusCode::NOT_FOUND);
    }
}

on_both! {
    async fn somebody_who_assigned_it_meanwhile_is_not_overwritten(portal) {
        let portal = cared_for(portal);
        let mut all = Parties::of(&portal).await;
        let path = submitted(&portal, &mut all.gp).await;
        let (page, other) = (format!("{path}/assign"), reference(&portal, "other.commissioner@example.org"));
        let shown = all.other.get(&page).await;
        assign(&mut all.commissioner, &path, &other).await;
        let (key, version) = (shown.field("key"), shown.field("version"));
        let late = all.other.post(&page, &[("key", &key), ("version", &version), ("was", "nobody"), ("to", "nobody")]).await;
        assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.text());
        assert_eq!(mine(&mut all.other).await, 1);
    }
}

on_both! {
    async fn a_draft_that_is_sent_is_nobodys_of_the_practice(portal) {
        let portal = cared_for(portal);
        let mut all = Parties::of(&portal).await;
        let path = draft(&mut all.staff, &pseudonym(&portal, HEALTHY), "SEMI").await;
        let staff = reference(&portal, "practice_staff.e87001@example.org");
        assign(&mut all.gp, &path, &staff).await;
        assert_eq!(mine(&mut all.staff).await, 1);
        done(&mut all.staff, &format!("{path}/check"), &[]).await;
        assert_eq!((mine(&mut all.staff).await, waiting(&mut all.gp).await), (0, 1));
        let form = all.gp.get(&format!("{path}/assign")).await.text();
        assert!(!form.contains(&staff), "staff cannot submit: {form}");
    }
}

/// Notes an absence from today to 10 April 2015.
async fn away(browser: &mut Browser, cover: &str) -> Answer {
    let key = browser.get("/petitions/absence").await.field("key");
    let days = [("from_day", "1 4 2015"), ("to_day", "10 4 2015"), ("cover", cover), ("key", &*key)];
    browser.post("/petitions/absence", &days).await
}

on_both! {
    async fn a_colleague_sees_to_what_is_an_absent_ones_and_only_then(portal) {
        let portal = cared_for(portal);
        let mut all = Parties::of(&portal).await;
        let path = submitted(&portal, &mut all.gp).await;
        opined(&mut all.first, &mut all.second, &path).await;
        let me = reference(&portal, "commissioner.ccg01@example.org");
        let other = reference(&portal, "other.commissioner@example.org");
        assign(&mut all.commissioner, &path, &me).await;
        assert_eq!((waiting(&mut all.commissioner).await, waiting(&mut all.other).await), (1, 0));
        let noted = away(&mut all.commissioner, &other).await;
        assert_eq!(noted.status, StatusCode::SEE_OTHER, "{}", noted.text());
        assert_eq!((waiting(&mut all.other).await, mine(&mut all.other).await), (1, 1));
        let list = all.other.get("/petitions").await.text();
        assert!(list.contains("You see to the petitions of Sample commissioner.ccg01@example.org until 10 April 2015."), "{list}");
        let twice = away(&mut all.commissioner, &other).await;
        assert!(twice.status == StatusCode::UNPROCESSABLE_ENTITY && twice.text().contains("away already"), "{}", twice.text());
        let away_too = away(&mut all.other, &me).await;
        assert!(away_too.text().contains("is away from 1 April 2015"), "{}", away_too.text());
        let nobody = away(&mut all.other, "nobody").await;
        assert!(nobody.text().contains("Choose who sees to your petitions"), "{}", nobody.text());
        let later = portal.on("2015-04-11");
        let mut back = later.signed_in("other.commissioner@example.org").await;
        assert_eq!((waiting(&mut back).await, mine(&mut back).await), (0, 0), "the absence is over");
        let page = all.commissioner.get("/petitions/absence").await;
        let end = page.text().split_once("action=\"/petitions/absence/AB-").unwrap().1.split('"').next().unwrap().to_owned();
        let key = page.field("key");
        let theirs = all.other.post(&format!("/petitions/absence/AB-{end}"), &[("key", "theirs")]).await;
        assert_eq!(theirs.status, StatusCode::NOT_FOUND);
        let ended = all.commissioner.post(&format!("/petitions/absence/AB-{end}"), &[("key", &key)]).await;
        assert_eq!(ended.status, StatusCode::SEE_OTHER, "{}", ended.text());
        assert_eq!((waiting(&mut all.other).await, mine(&mut all.other).await), (0, 0));
    }
}

on_both! {
    async fn a_view_is_saved_shared_put_on_the_home_page_deleted_and_brought_back(portal) {
        let portal = cared_for(portal);
        laid(&portal);
        let mut mine = signed_in(&portal, Role::Commissioner, "CCG01").await;
        portal.add_user("other.commissioner@example.org", Role::Commissioner, Some("CCG01"));
        let mut other = portal.signed_in("other.commissioner@example.org").await;
        let page = "/petitions/views?view=overdue&category=other&page=2";
        let form = mine.get(page).await;
        assert!(form.text().contains("Category: Other") && form.text().contains("overdue first"), "{}", form.text());
        let key = form.field("key");
        let unnamed = mine.post(page, &[("key", &key), ("whose", "me")]).await;
        assert_eq!(unnamed.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", unnamed.text());
        let saved = mine.post(page, &[("key", &key), ("name", "Late others"), ("whose", "me"), ("home", "yes")]).await;
        assert_eq!(saved.location(), "/petitions?view=overdue&category=other", "{}", saved.text());
        let link = "<a href=\"/petitions?view=overdue&#38;category=other\">";
        assert!(mine.get("/petitions").await.text().contains(&format!("{link}Late others</a>")));
        assert!(!other.get("/petitions").await.text().contains("Late others"), "it is for me");
        let count = people_in(&mine.get("/petitions?view=overdue&category=other").await.text());
        let card = format!("{link}<span class=\"cg-figure__count\">{count}</span> Late others</a>");
        let home = mine.get("/").await.text();
        assert!(home.contains(&card), "{card}: {home}");
        let key = mine.get(page).await.field("key");
        mine.post(page, &[("key", &key), ("name", "All late others"), ("whose", "all")]).await;
        let list = other.get("/petitions").await.text();
        assert!(list.contains("All late others"), "{list}");
        assert!(!other.get("/").await.text().contains("All late others"), "another's home page is theirs");
        let views = mine.get("/petitions/views").await;
        let text = views.text();
        let own = text.split_once("Late others</a>").unwrap().1.split_once("action=\"").unwrap().1;
        let reference = own.split('/').nth(3).unwrap().to_owned();
        let path = format!("/petitions/views/{reference}");
        assert_eq!(other.post(&format!("{path}/deletion"), &[("key", "theirs")]).await.status, StatusCode::NOT_FOUND);
        mine.post(&format!("{path}/deletion"), &[("key", &views.field("key"))]).await;
        let gone = mine.get("/petitions/views").await;
        assert!(gone.text().contains("is deleted.") && gone.text().contains("Undo"), "{}", gone.text());
        mine.post(&format!("{path}/restoration"), &[("key", &gone.field("key"))]).await;
        let back = mine.get("/petitions/views").await.text();
        assert!(!back.contains("is deleted."), "{back}");
    }
}

on_both! {
    async fn a_persons_page_lists_their_petitions_and_offers_to_file_one(portal) {
        let portal = cared_for(portal);
        let mut all = Parties::of(&portal).await;
        let person = pseudonym(&portal, HEALTHY);
        let page = format!("/people/{person}");
        let before = all.gp.get(&page).await.text();
        assert!(before.contains(&format!("/petitions/new?person={person}")), "{before}");
        assert!(!all.commissioner.get(&page).await.text().contains("/petitions/new"), "a commissioner files none");
        let path = draft(&mut all.staff, &person, "SEMI").await;
        assert!(!all.commissioner.get(&page).await.text().contains(&path), "a draft is the practice's own");
        done(&mut all.gp, &format!("{path}/check"), &[]).await;
        for browser in [&mut all.gp, &mut all.staff, &mut all.commissioner, &mut all.first] {
            let after = browser.get(&page).await.text();
            assert!(after.contains(&path) && !after.contains("/petitions/new?person"), "{after}");
        }
    }
}

on_both! {
    async fn each_card_of_petitions_leads_to_its_list(portal) {
        let portal = cared_for(portal);
        laid(&portal);
        for (role, organisation, least) in [
            (Role::Gp, "E87001", 3),
            (Role::PracticeStaff, "E87001", 3),
            (Role::NetworkManager, "NET01", 6),
            (Role::Provider, "PN01", 2),
            (Role::Commissioner, "CCG01", 3),
        ] {
            let mut browser = signed_in(&portal, role, organisation).await;
            let home = browser.get("/").await.text();
            let links: Vec<(i64, String)> = home
                .split("<a href=\"/petitions")
                .skip(1)
                .filter_map(|part| {
                    let (href, after) = part.split_once('"')?;
                    let text = after.split_once('>')?.1.trim_start_matches("<span class=\"cg-figure__count\">");
                    let count = text.split('<').next()?.replace(',', "").parse().ok()?;
                    Some((count, format!("/petitions{}", href.replace("&#38;", "&"))))
                })
                .collect();
            assert!(links.len() >= least, "{}: {links:?} {home}", role.word());
            for (count, href) in links {
                assert_eq!(people_in(&browser.get(&href).await.text()), count, "{}: {href}", role.word());
            }
            // No draft of the practice waits for its staff.
            assert_eq!(home.contains("Next to do"), role != Role::PracticeStaff, "{}: {home}", role.word());
        }
    }
}
