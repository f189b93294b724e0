//! Audit rows: written with what they tell, with a digest that can be checked.

use common_ground::access::Role;
use common_ground::audit::{self, Actor, Subject, Verb};
use common_ground::error::Error;
use common_ground::keys::digest_hex;
use common_ground::schema::{audit_entries, audit_subjects, installation};
use diesel::prelude::*;
use serde_json::json;

use crate::on_both;

on_both! {
    async fn the_digest_is_that_of_salt_and_content(portal) {
        portal.add_user("ada@example.org", Role::Administrator, None);
        portal.signed_in("ada@example.org").await;
        type Row = (i64, Option<String>, Option<String>, String, String);
        let (id, content, salt, digest, who): Row = portal.read(|conn| {
            let row = audit_entries::table.filter(audit_entries::verb.eq("signed in"));
            Ok(row
                .select((audit_entries::id, audit_entries::content, audit_entries::salt, audit_entries::digest, audit_entries::who))
                .first(conn)?)
        });
        let (content, salt) = (content.unwrap(), salt.unwrap());
        assert_eq!(digest, digest_hex(format!("{salt}{content}").as_bytes()));
        let said: serde_json::Value = serde_json::from_str(&content).unwrap();
        assert_eq!(said["who"], json!(who));
        assert_eq!(said["verb"], json!("signed in"));
        assert_eq!(said["subjects"], json!([{ "kind": "user", "reference": "ada@example.org" }]));
        let subjects: Vec<(String, String)> = portal.read(|conn| {
            let rows = audit_subjects::table.filter(audit_subjects::entry_id.eq(id));
            Ok(rows.select((audit_subjects::kind, audit_subjects::reference)).load(conn)?)
        });
        assert_eq!(subjects, [("user".to_owned(), "ada@example.org".to_owned())]);
    }
}

on_both! {
    async fn what_is_undone_leaves_no_row(portal) {
        let now = portal.tools.clock.now().moment;
        let undone = portal.database.write_now(|conn| {
            common_ground::installation::set(conn, "x", "y")?;
            audit::record(conn, now, &Actor::service(), Verb::Migrated, &[Subject::run("R-1")], json!({}))?;
            Err::<(), _>(Error::Busy)
        });
        assert!(undone.is_err());
        let counts: (i64, i64) = portal.read(|conn| {
            Ok((audit_entries::table.count().get_result(conn)?, installation::table.count().get_result(conn)?))
        });
        assert_eq!(counts, (0, 0));
    }
}
