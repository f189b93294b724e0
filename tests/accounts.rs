//! Signing in and out, passwords, links, acting as, sessions.

use actix_web::http::StatusCode;
use common_ground::access::Role;
use common_ground::schema::{audit_entries, outgoing_mail, sessions};
use diesel::prelude::*;

use crate::harness::{PASSWORD, TestPortal};
use crate::on_both;

fn audited(portal: &TestPortal, verb: &str) -> i64 {
    portal.read(|conn| {
        Ok(audit_entries::table.filter(audit_entries::verb.eq(verb)).count().get_result(conn)?)
    })
}

/// The link in the latest mail file.
fn link(portal: &TestPortal) -> String {
    let reference: String = portal.read(|conn| {
        Ok(outgoing_mail::table
            .order(outgoing_mail::id.desc())
            .select(outgoing_mail::reference)
            .first(conn)?)
    });
    let mail = std::fs::read_to_string(portal.folder().join(format!("outbox/{reference}.eml"))).unwrap();
    let mail = mail.replace("=\r\n", "");
    let start = mail.find("/set-password/").unwrap();
    mail[start..].split_whitespace().next().unwrap().to_owned()
}

on_both! {
    async fn one_signs_in_and_out(portal) {
        portal.add_user("ada@example.org", Role::Administrator, None);
        let mut browser = portal.stranger().await;
        let asked = browser.get("/account").await;
        assert_eq!(asked.status, StatusCode::SEE_OTHER);
        assert_eq!(asked.location(), "/sign-in?to=%2Faccount");
        let mut browser = portal.signed_in("ADA@example.org").await;
        let account = browser.get("/account").await;
        assert_eq!(account.status, StatusCode::OK);
        assert!(account.text().contains("ada@example.org"));
        assert_eq!(account.headers.get("cache-control").unwrap(), "no-store");
        let out = browser.post("/sign-out", &[]).await;
        assert_eq!((out.status, out.location()), (StatusCode::SEE_OTHER, "/sign-in"));
        assert_eq!(browser.get("/account").await.status, StatusCode::SEE_OTHER);
        assert_eq!((audited(&portal, "signed in"), audited(&portal, "signed out")), (1, 1));
    }
}

on_both! {
    async fn a_wrong_password_and_an_unknown_address_are_told_the_same(portal) {
        portal.add_user("ada@example.org", Role::Administrator, None);
        let mut browser = portal.stranger().await;
        let wrong = browser.post("/sign-in", &[("email", "ada@example.org"), ("password", "wrong")]).await;
        let unknown = browser.post("/sign-in", &[("email", "eve@example.org"), ("password", "wrong")]).await;
        assert_eq!((wrong.status, unknown.status), (StatusCode::UNPROCESSABLE_ENTITY, StatusCode::UNPROCESSABLE_ENTITY));
        assert_eq!(wrong.text().replace("ada@", "eve@"), unknown.text());
        assert!(!wrong.text().contains("value=\"wrong\""), "a password is never sent back");
    }
}

on_both! {
    async fn guesses_slow_the_guesser_and_not_the_colleague(portal) {
        portal.add_user("ada@example.org", Role::Administrator, None);
        let mut known = portal.signed_in("ada@example.org").await;
        known.post("/sign-out", &[]).await;
        let mut guesser = portal.stranger().await;
        for _ in 0..5 {
            guesser.post("/sign-in", &[("email", "ada@example.org"), ("password", "a guess")]).await;
        }
        let right = [("email", "ada@example.org"), ("password", PASSWORD)];
        let slowed = guesser.post("/sign-in", &right).await;
        assert_eq!(slowed.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(slowed.text().contains("Too many tries"));
        assert_eq!(slowed.headers.get("retry-after").unwrap(), "15");
        let mut elsewhere = portal.stranger().await;
        elsewhere.from = "127.0.0.2:50000".parse().unwrap();
        assert_eq!(elsewhere.post("/sign-in", &right).await.status, StatusCode::SEE_OTHER, "another address");
        assert_eq!(known.post("/sign-in", &right).await.status, StatusCode::SEE_OTHER, "the colleague's own device");
    }
}

on_both! {
    async fn a_reset_link_works_once_and_ends_every_session(portal) {
        portal.add_user("ada@example.org", Role::Administrator, None);
        let mut before = portal.signed_in("ada@example.org").await;
        let mut browser = portal.stranger().await;
        let known = browser.post("/forgotten-password", &[("email", "ada@example.org")]).await;
        let unknown = browser.post("/forgotten-password", &[("email", "eve@example.org")]).await;
        assert_eq!(known.text().replace("ada@", "eve@"), unknown.text());
        portal.work().await;
        let link = link(&portal);
        assert_eq!(browser.get(&link).await.status, StatusCode::OK);
        let weak = browser.post(&link, &[("password", "short")]).await;
        assert_eq!(weak.status, StatusCode::UNPROCESSABLE_ENTITY);
        let set = browser.post(&link, &[("password", "velvet ladder seven")]).await;
        assert_eq!((set.status, set.location()), (StatusCode::SEE_OTHER, "/sign-in?password=set"));
        for _ in 0..2 {
            assert!(browser.get(set.location()).await.text().contains("Your password is set"), "can be reloaded");
        }
        assert_eq!(browser.post(&link, &[("password", "velvet ladder eight")]).await.status, StatusCode::NOT_FOUND);
        assert_eq!(before.get("/account").await.status, StatusCode::SEE_OTHER);
        let form = [("email", "ada@example.org"), ("password", "velvet ladder seven")];
        assert_eq!(browser.post("/sign-in", &form).await.status, StatusCode::SEE_OTHER);
    }
}

on_both! {
    async fn a_changed_password_signs_out_everywhere_else(portal) {
        portal.add_user("ada@example.org", Role::Administrator, None);
        let mut other = portal.signed_in("ada@example.org").await;
        let mut browser = portal.signed_in("ada@example.org").await;
        let page = browser.get("/account").await;
        let (key, version) = (page.field("key"), page.field("version"));
        let mut form = vec![("current", "not it"), ("password", "velvet ladder seven"), ("key", &*key), ("version", &*version)];
        let wrong = browser.post("/account/password", &form).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        form[0].1 = PASSWORD;
        assert_eq!(browser.post("/account/password", &form).await.status, StatusCode::SEE_OTHER);
        assert!(browser.get("/account").await.text().contains("Your password is changed"));
        assert!(!browser.get("/account").await.text().contains("Your password is changed"), "said once");
        assert_eq!(other.get("/account").await.status, StatusCode::SEE_OTHER);
        let stale = browser.post("/account/password", &form).await;
        assert_eq!(stale.status, StatusCode::CONFLICT);
        assert!(stale.text().contains("<a href=\"/account\">Go to your account</a>"));
    }
}

on_both! {
    async fn reading_a_page_writes_no_session(portal) {
        portal.add_organisations();
        let email = portal.add_member(Role::Commissioner);
        let mut browser = portal.signed_in(&email).await;
        browser.get("/").await;
        let marked = |state: String| format!("{state} ");
        portal.write(|conn| {
            let state: String = sessions::table.select(sessions::state).first(conn)?;
            diesel::update(sessions::table).set(sessions::state.eq(marked(state))).execute(conn)?;
            Ok(())
        });
        browser.get("/groups").await;
        let state: String = portal.read(|conn| Ok(sessions::table.select(sessions::state).first(conn)?));
        assert!(state.ends_with(' '), "the row was written anew: {state}");
    }
}

on_both! {
    async fn sessions_are_listed_and_ended_and_hold_no_key(portal) {
        portal.add_user("ada@example.org", Role::Administrator, None);
        let mut other = portal.signed_in("ada@example.org").await;
        let mut browser = portal.signed_in("ada@example.org").await;
        let page = browser.get("/account").await;
        assert!(page.text().contains("This one") && page.text().contains("Sign out there"));
        let reference = page.field("session");
        let key = format!("{}-{reference}", page.field("key"));
        let form = [("session", &*reference), ("key", &*key)];
        assert_eq!(browser.post("/account/sessions", &form).await.status, StatusCode::SEE_OTHER);
        assert_eq!(browser.post("/account/sessions", &form).await.status, StatusCode::SEE_OTHER, "sent twice");
        assert_eq!(audited(&portal, "ended a session"), 1, "done once");
        assert_eq!(other.get("/account").await.status, StatusCode::SEE_OTHER);
        let count: i64 = portal.read(|conn| Ok(sessions::table.count().get_result(conn)?));
        assert_eq!(count, 1);
    }
}

on_both! {
    async fn a_role_taken_away_is_gone_at_the_next_click(portal) {
        use common_ground::schema::memberships;
        let id = portal.add_user("ada@example.org", Role::Administrator, None);
        let mut browser = portal.signed_in("ada@example.org").await;
        assert_eq!(browser.get("/admin/outbox").await.status, StatusCode::OK);
        portal.write(|conn| {
            let theirs = memberships::table.filter(memberships::user_id.eq(id));
            Ok(diesel::delete(theirs).execute(conn)?)
        });
        assert_eq!(browser.get("/admin/outbox").await.status, StatusCode::SEE_OTHER);
    }
}
