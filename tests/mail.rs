//! The outbox: each letter tried once, what failed kept with its Retry, no link shown.

use actix_web::http::StatusCode;
use common_ground::access::Role;
use common_ground::accounts::store;
use common_ground::audit::Actor;
use common_ground::mail::{Post, send_waiting};
use common_ground::schema::{outgoing_mail, password_links};
use diesel::prelude::*;

use crate::harness::TestPortal;
use crate::on_both;

fn invite(portal: &TestPortal, email: &str) -> String {
    let now = portal.tools.clock.now();
    portal.write(|conn| {
        let id = store::add(conn, now.moment, email, "New Person")?;
        store::invite(conn, now, &Actor::service(), id, email)?;
        Ok(outgoing_mail::table
            .order(outgoing_mail::id.desc())
            .select(outgoing_mail::reference)
            .first(conn)?)
    })
}

fn state(portal: &TestPortal, reference: &str) -> (String, i64) {
    portal.read(|conn| {
        let row = outgoing_mail::table.filter(outgoing_mail::reference.eq(reference));
        Ok(row.select((outgoing_mail::state, outgoing_mail::tries)).first(conn)?)
    })
}

on_both! {
    async fn a_letter_that_failed_stays_with_its_retry(portal) {
        portal.add_user("ada@example.org", Role::Administrator, None);
        let reference = invite(&portal, "new@example.org");
        let mut broken = portal.tools.clone();
        let nobody_listens = "smtp://127.0.0.1:1";
        broken.post = Post::new(Some(nobody_listens), "common-ground@example.org", portal.folder()).unwrap();
        let left = actix_web::web::block(move || send_waiting(&broken)).await.unwrap().unwrap();
        assert_eq!((left, state(&portal, &reference)), (0, ("failed".to_owned(), 1)));

        let mut browser = portal.signed_in("ada@example.org").await;
        let list = browser.get("/admin/outbox?state=failed").await;
        assert!(list.text().contains(&reference));
        let one = browser.get(&format!("/admin/outbox/{reference}")).await;
        assert!(one.text().contains("Why it failed") && one.text().contains("(link not shown)"));
        let (key, version) = (one.field("key"), one.field("version"));
        let retry = format!("/admin/outbox/{reference}/retry");
        let form = [("key", &*key), ("version", &*version)];
        assert_eq!(browser.post(&retry, &form).await.status, StatusCode::SEE_OTHER);
        assert_eq!(browser.post(&retry, &form).await.status, StatusCode::SEE_OTHER, "sent twice, done once");
        let stale = [("key", "another"), ("version", &*version)];
        assert_eq!(browser.post(&retry, &stale).await.status, StatusCode::CONFLICT);
        portal.work().await;
        assert_eq!(state(&portal, &reference), ("written".to_owned(), 2));
        assert!(portal.folder().join(format!("outbox/{reference}.eml")).exists());
    }
}

on_both! {
    async fn a_letter_says_nothing_of_anybody_and_its_link_is_kept_as_a_hash(portal) {
        let reference = invite(&portal, "new@example.org");
        portal.work().await;
        let mail = std::fs::read_to_string(portal.folder().join(format!("outbox/{reference}.eml"))).unwrap();
        assert!(mail.contains("Subject: Common Ground: your invitation") && mail.contains("To: new@example.org\r\n"));
        assert!(!mail.contains("New Person"), "nothing that somebody typed: {mail}");
        let plain = mail.replace("=\r\n", "");
        let token = plain.split("/set-password/").nth(1).unwrap().split_whitespace().next().unwrap();
        let hashes: Vec<String> =
            portal.read(|conn| Ok(password_links::table.select(password_links::token_hash).load(conn)?));
        assert_eq!(hashes.len(), 1);
        assert!(!hashes[0].contains(token) && token.len() == 48, "{token}");
        let mut browser = portal.stranger().await;
        let set = browser.post(&format!("/set-password/{token}"), &[("password", "velvet ladder seven")]).await;
        assert_eq!(set.location(), "/sign-in?password=set");
    }
}

on_both! {
    async fn a_sender_that_died_gives_its_letter_back(portal) {
        let reference = invite(&portal, "new@example.org");
        let now = portal.tools.clock.now().moment;
        portal.write(|conn| {
            let row = outgoing_mail::table.filter(outgoing_mail::reference.eq(&reference));
            let past = now - chrono::Duration::minutes(1);
            Ok(diesel::update(row)
                .set((outgoing_mail::state.eq("sending"), outgoing_mail::claimed_until.eq(past)))
                .execute(conn)?)
        });
        portal.work().await;
        assert_eq!(state(&portal, &reference).0, "written");
    }
}
