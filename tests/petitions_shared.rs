//! How colleagues share the worklist: assigning, seeing to what is an absent colleague's, saved views, and what of it
//! stands on home pages and on a person's page.

use actix_web::http::StatusCode;
use common_ground::access::Role;
use common_ground::mail::Letter;
use common_ground::schema::{assignings, outgoing_mail, petition_events, users};
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

/// The values of the boxes of a list.
fn boxes(page: &Answer) -> Vec<String> {
    let text = page.text();
    let boxes = text.split("name=\"petition\" type=\"checkbox\" value=\"").skip(1);
    boxes.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

/// Where the banner of a page undoes what was done.
fn undo(page: &Answer) -> Option<String> {
    let banner = page.text().split_once("nhsuk-notification-banner__heading")?.1.to_owned();
    let form = banner.split_once("action=\"")?.1.split_once('"')?.0.replace("&#38;", "&");
    form.contains("/reversal").then_some(form)
}

on_both! {
    async fn petitions_are_chosen_and_assigned_together_and_what_is_left_out_is_told(portal) {
        let portal = cared_for(portal);
        laid(&portal);
        let mut first = signed_in(&portal, Role::Commissioner, "CCG01").await;
        portal.add_user("other.commissioner@example.org", Role::Commissioner, Some("CCG01"));
        let mut second = portal.signed_in("other.commissioner@example.org").await;
        let list = "/petitions?view=waiting";
        let other = reference(&portal, "other.commissioner@example.org");
        let page = first.get(list).await;
        let (key, chosen) = (page.field("key"), boxes(&page));
        assert!(chosen.len() >= 4, "{}", page.text());
        let none = first.post(list, &[("key", &*key), ("to", &other)]).await;
        assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(none.text().contains("<a href=\"#petition\">Choose at least one petition</a>"), "{}", none.text());
        assert!(none.text().contains(&format!("value=\"{other}\" selected")), "{}", none.text());
        let nobody = first.post(list, &[("key", &*key), ("petition", &chosen[0])]).await;
        assert!(nobody.text().contains("Choose who sees to the petitions"), "{}", nobody.text());
        assert!(nobody.text().contains(&format!("value=\"{}\" checked", chosen[0])), "{}", nobody.text());
        let already = first.post(list, &[("key", "already"), ("to", "nobody"), ("petition", &*chosen[0])]).await;
        let told = first.get(already.location()).await;
        assert!(told.text().contains("Nothing is assigned. 1 left out.") && told.text().contains("Nobody has it already"), "{}", told.text());
        assert!(undo(&told).is_none() && !told.text().contains("/reversal"), "{}", told.text());
        // Meanwhile the colleague takes one of them.
        let taken = chosen[1].split(':').next().unwrap().to_owned();
        assign(&mut second, &format!("/petitions/{taken}"), &other).await;
        let sent = [("key", &*key), ("to", &*other), ("petition", &*chosen[0]), ("petition", &*chosen[1]),
            ("petition", &*chosen[2]), ("petition", "CG-NOBODYS:1:nobody")];
        let done = first.post(list, &sent).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
        let again = first.post(list, &sent).await;
        assert_eq!(again.location(), done.location(), "sent twice, done once");
        let told = first.get(done.location()).await;
        assert!(told.text().contains("2 petitions are assigned to Sample other.commissioner@example.org. 2 left out."), "{}", told.text());
        assert!(told.text().contains("Somebody assigned it after you opened the page: Sample other.commissioner@example.org has it now"), "{}", told.text());
        assert!(told.text().contains("It is not a petition you may see") && told.text().contains("href=\"/petitions?view=waiting\""), "{}", told.text());
        assert_eq!((mine(&mut second).await, letters(&portal, "other.commissioner@example.org", "petition_assigned")), (3, 2));
        let back = undo(&told).expect("the banner offers to undo it");
        assert_eq!(second.post(&back, &[("key", "theirs")]).await.status, StatusCode::NOT_FOUND);
        // One of them goes to somebody else first.
        let me = reference(&portal, "commissioner.ccg01@example.org");
        let moved = chosen[0].split(':').next().unwrap().to_owned();
        assign(&mut second, &format!("/petitions/{moved}"), &me).await;
        let undone = first.post(&back, &[("key", "once")]).await;
        assert_eq!(undone.status, StatusCode::SEE_OTHER, "{}", undone.text());
        let told = first.get(undone.location()).await.text();
        assert!(told.contains("1 undone, 1 not undone.") && told.contains("Somebody has assigned it since: Sample commissioner.ccg01@example.org has it now"), "{told}");
        assert_eq!((mine(&mut first).await, mine(&mut second).await), (1, 1));
        assert_eq!(first.post(&back, &[("key", "once")]).await.location(), undone.location());
        assert_eq!(first.post(&back, &[("key", "another")]).await.status, StatusCode::CONFLICT);
    }
}

on_both! {
    async fn all_of_a_page_or_of_a_list_are_chosen_without_a_script(portal) {
        let portal = cared_for(portal);
        laid(&portal);
        let mut gp = signed_in(&portal, Role::Gp, "E87001").await;
        let list = "/petitions?view=all";
        let checked = |page: &Answer| page.text().matches("type=\"checkbox\"").count() - page.text().matches("\" checked").count();
        let none = gp.get(list).await;
        assert!(checked(&none) == boxes(&none).len() && checked(&none) > 0, "{}", none.text());
        assert!(!none.text().contains("choose=all"), "it is one page: {}", none.text());
        let all = gp.get(&format!("{list}&choose=page")).await;
        assert_eq!(checked(&all), 0, "{}", all.text());
        let mut commissioner = signed_in(&portal, Role::Commissioner, "CCG01").await;
        let list = "/petitions?view=all&sort=-state";
        let count = people_in(&commissioner.get(list).await.text());
        assert!(count > 25, "{count}");
        let all = commissioner.get(&format!("{list}&choose=all")).await;
        let elsewhere: Vec<String> = all.text().split("type=\"hidden\" name=\"petition\" value=\"").skip(1)
            .map(|rest| rest.split('"').next().unwrap().to_owned()).collect();
        let mut open = 0;
        for state in common_ground::petitions::store::open_states() {
            if !["draft", "submitted"].contains(&state.word()) {
                open += people_in(&commissioner.get(&format!("/petitions?state={}", state.word())).await.text());
            }
        }
        assert!(!elsewhere.is_empty(), "closed ones come first: {}", all.text());
        assert_eq!((boxes(&all).len() + elsewhere.len()) as i64, open, "closed ones cannot be assigned");
        assert!(all.text().contains(&format!("{} of other pages are chosen too.", elsewhere.len())), "{}", all.text());
        let (key, me) = (all.field("key"), reference(&portal, "commissioner.ccg01@example.org"));
        let mut sent = vec![("key", &*key), ("to", &*me)];
        let chosen = boxes(&all);
        sent.extend(chosen.iter().chain(&elsewhere).map(|one| ("petition", &**one)));
        let done = commissioner.post(list, &sent).await;
        let told = commissioner.get(done.location()).await.text();
        assert!(told.contains(&format!("{open} petitions are assigned to Sample commissioner.ccg01@example.org.")), "{told}");
        assert_eq!(mine(&mut commissioner).await, open);
        assert_eq!(letters(&portal, "commissioner.ccg01@example.org", "petition_assigned"), 0, "who did it knows");
    }
}

on_both! {
    async fn an_assignment_is_undone_for_ten_minutes_unless_something_happened_since(portal) {
        let portal = cared_for(portal);
        let mut all = Parties::of(&portal).await;
        let path = submitted(&portal, &mut all.gp).await;
        opined(&mut all.first, &mut all.second, &path).await;
        let (me, other) = (reference(&portal, "commissioner.ccg01@example.org"), reference(&portal, "other.commissioner@example.org"));
        assign(&mut all.commissioner, &path, &me).await;
        assert!(undo(&all.commissioner.get(&path).await).is_some());
        assign(&mut all.commissioner, &path, &other).await;
        let shown = all.commissioner.get(&path).await;
        let back = undo(&shown).expect("the banner offers to undo it");
        assert!(undo(&all.commissioner.get(&path).await).is_none(), "said once");
        let undone = all.commissioner.post(&back, &[("key", &shown.field("key"))]).await;
        assert_eq!(undone.location(), path, "{}", undone.text());
        assert!(all.commissioner.get(&path).await.text().contains("1 petition is as it was."));
        assert_eq!((mine(&mut all.commissioner).await, mine(&mut all.other).await), (1, 0));
        // It went to a colleague and came back: that is a change all the same.
        assign(&mut all.commissioner, &path, &other).await;
        let back = undo(&all.commissioner.get(&path).await).unwrap();
        assign(&mut all.other, &path, &me).await;
        assign(&mut all.other, &path, &other).await;
        let refused = all.commissioner.post(&back, &[("key", "a")]).await;
        let told = all.commissioner.get(refused.location()).await.text();
        assert!(told.contains("Nothing is undone.") && told.contains("Somebody has assigned it since"), "{told}");
        assign(&mut all.commissioner, &path, &me).await;
        let back = undo(&all.commissioner.get(&path).await).unwrap();
        done(&mut all.other, &format!("{path}/decide"), &[("choice", "ask"), ("question", "Since when?")]).await;
        let refused = all.commissioner.post(&back, &[("key", "b")]).await;
        let told = all.commissioner.get(refused.location()).await.text();
        assert!(told.contains("Something has happened to it since"), "{told}");
        assign(&mut all.commissioner, &path, &other).await;
        let back = undo(&all.commissioner.get(&path).await).unwrap();
        portal.write(|conn| {
            let long_ago = "2015-04-01T08:00:00".parse::<chrono::NaiveDateTime>().unwrap();
            diesel::update(assignings::table).set(assignings::at.eq(long_ago)).execute(conn)?;
            Ok(())
        });
        let late = all.commissioner.post(&back, &[("key", "c")]).await;
        assert!(late.status == StatusCode::CONFLICT && late.text().contains("those are over"), "{}", late.text());
        assert_eq!(mine(&mut all.other).await, 1);
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
        let cover = "other.commissioner@example.org";
        assert_eq!(letters(&portal, cover, "cover_named"), 1, "whoever sees to them is told");
        assert_eq!(letters(&portal, "commissioner.ccg01@example.org", "cover_named"), 0, "who did it knows");
        let list = all.other.get("/petitions").await.text();
        assert!(list.contains("You see to the petitions of Sample commissioner.ccg01@example.org until 10 April 2015."), "{list}");
        let twice = away(&mut all.commissioner, &other).await;
        assert!(twice.status == StatusCode::UNPROCESSABLE_ENTITY && twice.text().contains("away already"), "{}", twice.text());
        let own = away(&mut all.commissioner, &me).await;
        assert_eq!((own.status, letters(&portal, cover, "cover_named")), (StatusCode::UNPROCESSABLE_ENTITY, 1), "not twice, and not to oneself");
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
    async fn a_letter_to_the_cover_says_whose_absence_by_reference_alone_and_is_sent_once(portal) {
        let portal = cared_for(portal);
        let mut all = Parties::of(&portal).await;
        let other = reference(&portal, "other.commissioner@example.org");
        let key = all.commissioner.get("/petitions/absence").await.field("key");
        let form = [("from_day", "2 4 2015"), ("to_day", "10 4 2015"), ("cover", &*other), ("key", &*key)];
        for _ in 0..2 {
            let noted = all.commissioner.post("/petitions/absence", &form).await;
            assert_eq!(noted.status, StatusCode::SEE_OTHER, "{}", noted.text());
        }
        assert_eq!(letters(&portal, "other.commissioner@example.org", "cover_named"), 1, "a form sent twice is done once");
        let about: String = portal.read(|conn| Ok(outgoing_mail::table
            .filter(outgoing_mail::letter.eq("cover_named")).select(outgoing_mail::about).first(conn)?));
        let written = Letter::CoverNamed.write("M-1", &about, "http://127.0.0.1/petitions/absence").unwrap();
        assert!(written.subject.starts_with("Absence AB-") && written.subject.ends_with("from 2 April 2015"), "{written:?}");
        assert!(!written.text.contains("commissioner") && written.text.contains("/petitions/absence"), "{written:?}");
    }
}

on_both! {
    async fn the_name_of_a_view_that_may_identify_somebody_is_asked_about(portal) {
        let portal = cared_for(portal);
        let mut gp = signed_in(&portal, Role::Gp, "E87001").await;
        let page = "/petitions/views?view=overdue";
        let key = gp.get(page).await.field("key");
        let named = [("key", &*key), ("name", "About 999 123 4004"), ("whose", "all"), ("home", "yes")];
        let asked = gp.post(page, &named).await;
        assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(asked.text().contains("an NHS number") && asked.text().contains("action=\"/petitions/views?view=overdue\""), "{}", asked.text());
        assert!(!gp.get("/petitions").await.text().contains("999 123 4004"), "nothing is saved yet");
        let said = [("identified_shown", "yes"), ("identified", "remove")];
        let saved = gp.post(page, &[&named[..], &said].concat()).await;
        assert_eq!(saved.location(), "/petitions?view=overdue", "{}", saved.text());
        assert!(gp.get("/petitions").await.text().contains("About [removed]"));
        let key = gp.get(page).await.field("key");
        let kept = [("key", &*key), ("name", "Order 999 123 4004"), ("whose", "me"), ("identified_shown", "yes"),
            ("identified", "keep"), ("identified_why", "It is the number of an order")];
        assert_eq!(gp.post(page, &kept).await.status, StatusCode::SEE_OTHER);
        assert!(gp.get("/petitions").await.text().contains("Order 999 123 4004"));
        assert!(crate::trail::last(&portal, "said that a text identifies nobody") > 0);
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
