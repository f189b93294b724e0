//! Breaking the glass: a commissioner sees once who a pseudonym is; the practice and the auditor read who and why.

use actix_web::http::{StatusCode, header};
use chrono::Duration;
use common_ground::access::Role;
use common_ground::schema::{audit_entries, people, person_records, unmaskings};
use diesel::prelude::*;

use crate::grouped::{grouped, people_in};
use crate::harness::{Answer, Browser, TestPortal};
use crate::on_both;
use crate::trail::{last, signed_in, somebody};

const REASON: &str = "Safeguarding enquiry of 20 November";

/// Asks with a reason; the answer.
async fn ask(browser: &mut Browser, pseudonym: &str, reason: &str) -> Answer {
    let page = format!("/people/{pseudonym}/unmasking");
    let form = browser.get(&page).await;
    assert_eq!(form.status, StatusCode::OK, "{}", form.text());
    let key = form.field("key");
    browser.post(&page, &[("key", &key), ("reason", reason)]).await
}

/// Asks and looks; the page's address.
async fn unmask(browser: &mut Browser, pseudonym: &str) -> String {
    let answer = ask(browser, pseudonym, REASON).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let page = answer.location().to_owned();
    assert_eq!(browser.get(&page).await.status, StatusCode::OK);
    page
}

fn entries(portal: &TestPortal, verb: &str) -> i64 {
    portal.read(|conn| {
        Ok(audit_entries::table.filter(audit_entries::verb.eq(verb)).count().get_result(conn)?)
    })
}

on_both! {
    async fn a_commissioner_sees_once_who_a_pseudonym_is(portal) {
        let portal = grouped(portal);
        let (number, pseudonym, family) = somebody(&portal, "E87001");
        let shown_number = format!("{} {} {}", &number[..3], &number[3..6], &number[6..]);
        let mut commissioner = signed_in(&portal, Role::Commissioner, Some("CCG01")).await;
        let person = commissioner.get(&format!("/people/{pseudonym}")).await.text();
        assert!(person.contains(&format!("href=\"/people/{pseudonym}/unmasking\"")) && !person.contains(&family), "{person}");
        let answer = ask(&mut commissioner, &pseudonym, REASON).await;
        let page = answer.location().to_owned();
        let first = commissioner.get(&page).await;
        let text = first.text();
        assert_eq!((first.status, first.headers.get(header::CACHE_CONTROL).unwrap()), (StatusCode::OK, &"no-store".parse().unwrap()));
        for words in [family.as_str(), shown_number.as_str(), "Born", REASON, "This page is shown this once"] {
            assert!(text.contains(words), "{words}: {text}");
        }
        let title = text.split_once("</title>").unwrap().0;
        assert!(!title.contains(&family), "{title}");
        let again = commissioner.get(&page).await;
        assert_eq!(again.status, StatusCode::GONE);
        assert!(!again.text().contains(&family) && !again.text().contains(&shown_number), "{}", again.text());
        assert_eq!((entries(&portal, "asked to unmask a person"), entries(&portal, "unmasked a person")), (1, 1));
        assert!(!commissioner.get(&format!("/people/{pseudonym}")).await.text().contains(&family));
    }
}

on_both! {
    async fn without_a_reason_nobody_is_shown_and_what_was_typed_stays(portal) {
        let portal = grouped(portal);
        let (number, pseudonym, family) = somebody(&portal, "E87001");
        let mut commissioner = signed_in(&portal, Role::Commissioner, Some("CCG01")).await;
        for (typed, mend) in [("", "Enter the reason"), ("very urgent", "Reason must have 3 words or more")] {
            let answer = ask(&mut commissioner, &pseudonym, typed).await;
            let page = answer.text();
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(page.contains("Error: Unmask") && page.matches(mend).count() == 2 && page.contains(&format!("\n{typed}</textarea>")), "{page}");
        }
        let named = format!("The {family} case is about {number} again");
        let caught = ask(&mut commissioner, &pseudonym, &named).await;
        let page = caught.text();
        assert_eq!(caught.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains(&format!("<mark>{number}</mark>")), "{page}");
        assert!(!page.contains(&format!("<mark>{family}</mark>")), "it would tell whose pseudonym it is: {page}");
        let unmasked: i64 = portal.read(|conn| Ok(unmaskings::table.count().get_result(conn)?));
        assert_eq!((unmasked, entries(&portal, "asked to unmask a person")), (0, 0));
        let here = format!("/people/{pseudonym}/unmasking");
        let form = [("key", &*caught.field("key")), ("reason", &named), ("identified_shown", "yes"), ("identified", "remove")];
        let removed = commissioner.post(&here, &form).await;
        assert_eq!(removed.status, StatusCode::SEE_OTHER, "{}", removed.text());
        let reason: String = portal.read(|conn| Ok(unmaskings::table.select(unmaskings::reason).first(conn)?));
        assert_eq!(reason, format!("The {family} case is about [removed] again"));
    }
}

on_both! {
    async fn a_form_sent_twice_gives_one_right_and_it_is_its_owner_s_alone(portal) {
        let portal = grouped(portal);
        let (_, pseudonym, family) = somebody(&portal, "E87001");
        let mut commissioner = signed_in(&portal, Role::Commissioner, Some("CCG01")).await;
        portal.add_user("colleague@example.org", Role::Commissioner, Some("CCG01"));
        let mut colleague = portal.signed_in("colleague@example.org").await;
        let mut other = signed_in(&portal, Role::Commissioner, Some("CCG02")).await;
        let here = format!("/people/{pseudonym}/unmasking");
        let key = commissioner.get(&here).await.field("key");
        let form = [("key", &*key), ("reason", REASON)];
        let page = commissioner.post(&here, &form).await.location().to_owned();
        assert_eq!(commissioner.post(&here, &form).await.location(), page);
        let nobody = commissioner.get("/people/P-NOBODY/unmasking").await;
        for refused in [colleague.get(&page).await, other.get(&page).await, other.get(&here).await] {
            assert_eq!((refused.status, &refused.body), (StatusCode::NOT_FOUND, &nobody.body));
        }
        let refused = other.post(&here, &form).await;
        assert_eq!((refused.status, refused.body), (StatusCode::NOT_FOUND, nobody.body));
        let another = {
            let (_, theirs, _) = somebody(&portal, "E87002");
            commissioner.get(&page.replace(&pseudonym, &theirs)).await
        };
        assert_eq!(another.status, StatusCode::NOT_FOUND, "a right is for one person");
        assert!(commissioner.get(&page).await.text().contains(&family));
        assert_eq!(entries(&portal, "unmasked a person"), 1);
    }
}

on_both! {
    async fn a_right_that_is_not_used_runs_out(portal) {
        let portal = grouped(portal);
        let (_, pseudonym, family) = somebody(&portal, "E87001");
        let mut commissioner = signed_in(&portal, Role::Commissioner, Some("CCG01")).await;
        let page = ask(&mut commissioner, &pseudonym, REASON).await.location().to_owned();
        portal.write(|conn| {
            let long_ago = portal.tools.clock.now().moment - Duration::minutes(6);
            diesel::update(unmaskings::table).set(unmaskings::asked_at.eq(long_ago)).execute(conn)?;
            Ok(())
        });
        let answer = commissioner.get(&page).await;
        assert!(answer.status == StatusCode::GONE && !answer.text().contains(&family), "{}", answer.text());
        assert_eq!(entries(&portal, "unmasked a person"), 0);
        let mut gp = signed_in(&portal, Role::Gp, Some("E87001")).await;
        assert_eq!(people_in(&gp.get("/people/break-glass").await.text()), 0, "nobody looked");
    }
}

on_both! {
    async fn the_practice_sees_who_looked_and_why(portal) {
        let portal = grouped(portal);
        let (_, pseudonym, family) = somebody(&portal, "E87001");
        let mut commissioner = signed_in(&portal, Role::Commissioner, Some("CCG01")).await;
        unmask(&mut commissioner, &pseudonym).await;
        let mut gp = signed_in(&portal, Role::Gp, Some("E87001")).await;
        let home = gp.get("/").await.text();
        let link = home.split("href=\"").find(|part| part.starts_with("/people/break-glass?from=")).expect(&home);
        assert!(link.contains("<span class=\"cg-figure__count\">1</span> break-glass read of your people"), "{link}");
        let list = gp.get(link.split('"').next().unwrap()).await.text();
        assert_eq!(people_in(&list), 1);
        for words in [&family, &pseudonym, "Sample commissioner.ccg01@example.org", "Example CCG", REASON] {
            assert!(list.contains(words), "{words}: {list}");
        }
        let looked = gp.get(&format!("/people/{pseudonym}/looked")).await.text();
        assert!(looked.contains("unmasked a person") && looked.contains(&format!("Reason: {REASON}")), "{looked}");
        let mut other = signed_in(&portal, Role::Gp, Some("E87002")).await;
        assert!(!other.get("/").await.text().contains("break-glass"));
        assert_eq!(people_in(&other.get("/people/break-glass").await.text()), 0);
        assert_eq!(other.get(&format!("/people/{pseudonym}/looked")).await.status, StatusCode::NOT_FOUND);
    }
}

on_both! {
    async fn who_has_moved_to_another_practice_is_not_named_to_the_former(portal) {
        let portal = grouped(portal);
        let (_, pseudonym, family) = somebody(&portal, "E87001");
        unmask(&mut signed_in(&portal, Role::Commissioner, Some("CCG01")).await, &pseudonym).await;
        portal.write(|conn| {
            use common_ground::schema::organisations;
            let to: i64 =
                organisations::table.filter(organisations::code.eq("E87002")).select(organisations::id).first(conn)?;
            let person: i64 = people::table.filter(people::pseudonym.eq(&pseudonym)).select(people::id).first(conn)?;
            diesel::update(person_records::table.filter(person_records::person_id.eq(person)))
                .set(person_records::practice_id.eq(to))
                .execute(conn)?;
            Ok(())
        });
        let list = signed_in(&portal, Role::Gp, Some("E87001")).await.get("/people/break-glass").await.text();
        assert!(list.contains("no longer with your practice") && !list.contains(&family), "{list}");
        let looked = signed_in(&portal, Role::Gp, Some("E87002")).await.get(&format!("/people/{pseudonym}/looked")).await;
        assert!(looked.text().contains(REASON), "{}", looked.text());
    }
}

on_both! {
    async fn the_auditor_reads_the_report_and_marks_what_was_looked_at(portal) {
        let portal = grouped(portal);
        let (number, pseudonym, family) = somebody(&portal, "E87001");
        let page = unmask(&mut signed_in(&portal, Role::Commissioner, Some("CCG01")).await, &pseudonym).await;
        let reference = page.rsplit('/').next().unwrap();
        let one = format!("/audit/break-glass/{reference}");
        let mut auditor = signed_in(&portal, Role::Auditor, Some("CCG01")).await;
        let home = auditor.get("/").await.text();
        assert!(home.contains("href=\"/audit/break-glass?looked=no\"") && home.contains(&format!("href=\"{one}\"")), "{home}");
        let today = common_ground::clock::london_day(portal.tools.clock.now().moment);
        for (query, rows) in [
            (String::new(), 1),
            ("looked=no".into(), 1),
            ("looked=yes".into(), 0),
            (format!("from={today}&to={today}"), 1),
            (format!("to={}", today.pred_opt().unwrap()), 0),
        ] {
            let list = auditor.get(&format!("/audit/break-glass?{query}")).await.text();
            assert_eq!(people_in(&list), rows, "{query}: {list}");
            let file = auditor.get(&format!("/audit/break-glass.csv?{query}")).await.text();
            assert_eq!(file.lines().count() as i64, rows + 1, "{query}: {file}");
            assert!(!list.contains(&family) && !file.contains(&family) && !file.contains(&number), "{file}");
            assert_eq!(rows == 1, list.contains(REASON) && file.contains(REASON) && file.contains(&pseudonym), "{file}");
        }
        let before = auditor.get(&one).await;
        let (key, version) = (before.field("key"), before.field("version"));
        let marked = auditor.post(&one, &[("key", &key), ("version", &version), ("looked", "yes")]).await;
        assert_eq!((marked.status, marked.location()), (StatusCode::SEE_OTHER, one.as_str()));
        assert!(auditor.get(&one).await.text().contains("by Sample auditor.ccg01@example.org"));
        assert!(!auditor.get("/").await.text().contains("not yet looked at"));
        assert_eq!(entries(&portal, "marked a break-glass read as looked at"), 1);
        let late = auditor.post(&one, &[("key", "another"), ("version", &version), ("looked", "yes")]).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        let after = auditor.get(&one).await;
        let (key, version) = (after.field("key"), after.field("version"));
        auditor.post(&one, &[("key", &key), ("version", &version), ("looked", "no")]).await;
        assert_eq!(people_in(&auditor.get("/audit/break-glass?looked=no").await.text()), 1);
        let mut other = signed_in(&portal, Role::Auditor, Some("CCG02")).await;
        let nobody_s = other.get("/audit/break-glass/NOBODY").await;
        let refused = other.get(&one).await;
        assert_eq!((refused.status, refused.body), (StatusCode::NOT_FOUND, nobody_s.body));
        assert_eq!(other.post(&one, &[("key", "k"), ("version", &version)]).await.status, StatusCode::NOT_FOUND);
        assert_eq!(people_in(&other.get("/audit/break-glass").await.text()), 0);
        let told = auditor.get(&format!("/audit/{}", last(&portal, "unmasked a person"))).await.text();
        assert!(told.contains(REASON) && told.contains(&pseudonym) && !told.contains(&family), "{told}");
    }
}
