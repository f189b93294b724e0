//! `/about-groups`: anybody reads it, signed in or not; it shows nobody's group.

use actix_web::http::StatusCode;
use common_ground::access::Role;

use crate::grouped::grouped;
use crate::on_both;

on_both! {
    async fn anybody_reads_what_groups_mean_and_how_to_object(portal) {
        let portal = grouped(portal);
        let mut stranger = portal.stranger().await;
        let link = "href=\"/about-groups\">What groups mean for a person";
        assert!(stranger.get("/sign-in").await.text().contains(link));
        assert!(stranger.get("/nowhere").await.text().contains(link));
        let page = stranger.get("/about-groups").await;
        assert_eq!(page.status, StatusCode::OK);
        let text = page.text();
        for words in ["changes no right to care", "moves no money", "Who has looked at your record", "How to object"] {
            assert!(text.contains(words), "{words}: {text}");
        }
        assert!(!text.contains("/groups/") && !text.contains("P-") && !text.contains("Sign out"), "{text}");
        let large = stranger.get("/about-groups?print=large").await.text();
        assert!(large.contains("cg-large\"") && large.contains("Show this page in standard print"));
        portal.add_user("keyer@example.org", Role::Keyer, Some("CCG01"));
        let known = portal.signed_in("keyer@example.org").await.get("/about-groups").await.text();
        assert!(known.contains("Sign out") && known.contains("Sample keyer@example.org"), "{known}");
    }
}
