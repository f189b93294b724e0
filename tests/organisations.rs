//! Keeping localities, organisations, networks and agreements.

use actix_web::http::StatusCode;
use common_ground::access::Role;
use common_ground::schema::{audit_entries, organisations};
use diesel::prelude::*;

use crate::harness::{Answer, Browser, TestPortal};
use crate::on_both;

/// A browser on which an administrator has signed in.
async fn administrator(portal: &TestPortal) -> Browser {
    portal.add_user("ada@example.org", Role::Administrator, None);
    portal.signed_in("ada@example.org").await
}

fn audited(portal: &TestPortal, verb: &str) -> i64 {
    portal.read(|conn| {
        Ok(audit_entries::table.filter(audit_entries::verb.eq(verb)).count().get_result(conn)?)
    })
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

/// As [`send`], and it must be saved.
async fn saved(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> String {
    let answer = send(browser, path, fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}: {}", answer.text());
    answer.location().to_owned()
}

const FROM: (&str, &str) = ("from_day", "1 April 2013");
const NEW: &str = "/admin/organisations/new?kind=";

async fn add(browser: &mut Browser, kind: &str, code: &str, name: &str, more: &[(&str, &str)]) -> String {
    let mut fields = vec![("code", code), ("name", name), FROM];
    fields.extend_from_slice(more);
    saved(browser, &format!("{NEW}{kind}"), &fields).await
}

on_both! {
    async fn an_organisation_is_added_once_and_listed(portal) {
        let mut browser = administrator(&portal).await;
        assert!(browser.get("/admin/organisations").await.text().contains("No localities or organisations yet"));
        assert!(browser.get("/admin/organisations/new").await.text().contains("What kind of organisation"));
        let page = browser.get("/admin/organisations/new?kind=commissioner").await;
        let key = page.field("key");
        let form = [("key", &*key), ("code", "ccg01"), ("name", "Example CCG"), ("commissioner_kind", "ccg"), FROM];
        let first = browser.post("/admin/organisations/new?kind=commissioner", &form).await;
        let second = browser.post("/admin/organisations/new?kind=commissioner", &form).await;
        assert_eq!(first.location(), "/admin/organisations/CCG01", "{}", first.text());
        assert_eq!(second.location(), first.location(), "sent twice");
        assert_eq!(audited(&portal, "added an organisation"), 1, "done once");
        let one = browser.get(first.location()).await.text();
        assert!(one.contains("Example CCG is added.") && one.contains("1 April 2013"));
        let list = browser.get("/admin/organisations?kind=commissioner&words=exam").await.text();
        assert!(list.contains("Example CCG") && list.contains("1 locality or organisation"));
        assert!(browser.get("/admin/organisations?words=elsewhere").await.text().contains("Take a filter away"));
    }
}

on_both! {
    async fn all_mistakes_of_an_organisation_are_told_at_once_and_what_was_typed_stays(portal) {
        let mut browser = administrator(&portal).await;
        add(&mut browser, "gp_network", "NET01", "North Network", &[]).await;
        let typed = [("code", "NET01"), ("name", ""), ("sector", "nonsense"), ("from_day", "31"), ("from_month", "2"), ("from_year", "2013")];
        let answer = send(&mut browser, "/admin/organisations/new?kind=provider", &typed).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let text = answer.text();
        for words in [
            "<title>Error: Add a provider",
            "NET01 is the code of another organisation already",
            "Enter the name",
            "Choose the sector it works in",
            "First day must be a real date",
            "value=\"NET01\"",
            "value=\"31\"",
        ] {
            assert!(text.contains(words), "{words}");
        }
        for (kind, field, value, words) in [
            ("practice", "locality", "", "Choose the locality it lies in"),
            ("practice", "locality", "LOC99", "Choose a locality of the list"),
            ("practice", "code", "e-1", "Code must be 3 to 10 letters and digits"),
            ("practice", "from_day", "4 July 1948", "First day must be 5 July 1948 or later"),
            ("practice", "from_day", "24 November 2026", "First day must be today or earlier"),
            ("practice", "to_day", "31 March 2013", "Last day must be 1 April 2013 or later"),
            ("commissioner", "commissioner_kind", "", "Choose what kind of commissioner it is"),
            ("practice", "name", &"n".repeat(121), "Name must be 120 characters or fewer"),
            ("practice", "name", "a\u{0}b", "Name must be on one line"),
        ] {
            let mut fields = vec![("code", "E87001"), ("name", "Ash"), FROM];
            fields.retain(|(name, _)| *name != field);
            fields.push((field, value));
            let answer = send(&mut browser, &format!("{NEW}{kind}"), &fields).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{kind} {field}");
            assert!(answer.text().contains(words), "{words}");
        }
        let count: i64 = portal.read(|conn| Ok(organisations::table.count().get_result(conn)?));
        assert_eq!(count, 1);
    }
}
