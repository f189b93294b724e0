//! What identifies somebody in a reason is caught before it is stored.

use actix_web::http::StatusCode;
use common_ground::access::Role;
use common_ground::schema::{audit_entries, decisions, sharing_agreements};
use diesel::prelude::*;

use super::{SEMI_OR_LTC, cared_for, pseudonym, signed_in};
use crate::harness::{Answer, Browser, TestPortal};
use crate::on_both;

/// Decides with a reason and more fields, from the form as shown.
async fn decide(
    browser: &mut Browser,
    form: &Answer,
    who: &str,
    reason: &str,
    more: &[(&str, &str)],
) -> Answer {
    let (key, version) = (form.field("key"), form.field("version"));
    let mut sent = vec![
        ("key", &*key),
        ("version", &*version),
        ("choice", "in:SEMI"),
        ("reason", reason),
        ("review_day", "1"),
        ("review_month", "4"),
        ("review_year", "2016"),
    ];
    sent.extend_from_slice(more);
    browser.post(&format!("/decisions/{who}/decision"), &sent).await
}

/// The reasons of all decisions, and how often a text was said to identify nobody.
fn kept(portal: &TestPortal) -> (Vec<String>, i64) {
    portal.read(|conn| {
        let reasons = decisions::table.select(decisions::reason).load(conn)?;
        let said = audit_entries::table.filter(audit_entries::verb.eq("said that a text identifies nobody"));
        Ok((reasons, said.count().get_result(conn)?))
    })
}

on_both! {
    async fn a_number_in_a_reason_is_asked_about_before_anything_is_stored(portal) {
        let portal = cared_for(portal);
        let who = pseudonym(&portal, SEMI_OR_LTC);
        let mut network = signed_in(&portal, Role::Provider, "PN01").await;
        let case = network.get(&format!("/decisions/{who}")).await;
        let reason = "Rang 020 7946 0018 <b>twice</b>";
        let asked = decide(&mut network, &case, &who, reason, &[]).await;
        assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = asked.text();
        assert!(page.contains("<mark>020 7946 0018</mark>") && page.contains("a phone number"), "{page}");
        assert!(!page.contains("<b>twice") && page.contains("name=\"choice\" value=\"in:SEMI\""), "{page}");
        assert_eq!(kept(&portal), (vec![], 0));
        let shown = ("identified_shown", "yes");
        let neither = decide(&mut network, &asked, &who, reason, &[shown]).await;
        assert!(neither.text().contains("Choose what to do with what is marked"), "{}", neither.text());
        let mend = decide(&mut network, &asked, &who, reason, &[shown, ("identified", "mend")]).await;
        assert_eq!(mend.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(mend.text().contains("Reason has a phone number. Take it out"), "{}", mend.text());
        assert!(mend.text().contains("Rang 020 7946 0018"), "what was typed is still there");
        let removed = decide(&mut network, &asked, &who, reason, &[shown, ("identified", "remove")]).await;
        assert_eq!(removed.status, StatusCode::SEE_OTHER, "{}", removed.text());
        assert_eq!(kept(&portal), (vec!["Rang [removed] <b>twice</b>".to_owned()], 0));
    }
}

on_both! {
    async fn what_is_no_personal_data_is_kept_with_a_reason_that_is_audited(portal) {
        let portal = cared_for(portal);
        let who = pseudonym(&portal, SEMI_OR_LTC);
        let mut network = signed_in(&portal, Role::Provider, "PN01").await;
        let case = network.get(&format!("/decisions/{who}")).await;
        let asked = decide(&mut network, &case, &who, "Team at W1A 1AA", &[]).await;
        let keep = [("identified_shown", "yes"), ("identified", "keep")];
        let why = decide(&mut network, &asked, &who, "Team at W1A 1AA", &keep).await;
        assert!(why.text().contains("Enter the reason why it is not personal data"), "{}", why.text());
        let keep = [&keep[..], &[("identified_why", "It is where we work")]].concat();
        let sent = decide(&mut network, &why, &who, "Team at W1A 1AA", &keep).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
        assert_eq!(kept(&portal), (vec!["Team at W1A 1AA".to_owned()], 1));
    }
}

on_both! {
    async fn a_name_is_caught_for_who_may_know_it_and_tells_nothing_to_others(portal) {
        let portal = cared_for(portal);
        let who = pseudonym(&portal, SEMI_OR_LTC);
        let mut network = signed_in(&portal, Role::Provider, "PN01").await;
        let name = portal.read(|conn| {
            use common_ground::schema::{people, person_records};
            Ok(person_records::table
                .inner_join(people::table)
                .filter(people::nhs_number.eq(SEMI_OR_LTC))
                .select(person_records::given_name)
                .first::<Option<String>>(conn)?
                .unwrap())
        });
        let reason = format!("We know {name} well");
        let case = network.get(&format!("/decisions/{who}")).await;
        share(&portal);
        let asked = decide(&mut network, &case, &who, &reason, &[]).await;
        assert!(asked.text().contains(&format!("<mark>{name}</mark>")), "{}", asked.text());
        portal.write(|conn| Ok(diesel::delete(sharing_agreements::table).execute(conn)?));
        let sent = decide(&mut network, &case, &who, &reason, &[]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "who sees pseudonyms cannot try names: {}", sent.text());
    }
}

/// The network may see people by name.
fn share(portal: &TestPortal) {
    use common_ground::schema::organisations;
    portal.write(|conn| {
        let network: i64 = organisations::table
            .filter(organisations::code.eq("PN01"))
            .select(organisations::id)
            .first(conn)?;
        Ok(diesel::insert_into(sharing_agreements::table)
            .values((
                sharing_agreements::network_id.eq(network),
                sharing_agreements::reference.eq("SA-1"),
                sharing_agreements::shared_with.eq("Everybody"),
                sharing_agreements::purpose.eq("Care"),
                sharing_agreements::from_on.eq("2015-01-01".parse::<chrono::NaiveDate>().unwrap()),
            ))
            .execute(conn)?)
    });
}
