//! Criteria are proposed, answered, approved and take force, by pages.

use actix_web::http::StatusCode;
use common_ground::schema::{audit_entries, criteria_versions, proposals};
use diesel::prelude::*;

use crate::agreeing::{
    PAGE, agreeing, another_day, answer, decide, draft, in_force, letters, propose, withdraw,
};
use crate::drafts::{drafted, edit};
use crate::harness::TestPortal;
use crate::on_both;
use crate::samples::command;

const CHANGED: &str = "age >= 18 and learning_disability";

/// The states of the versions of learning disability, oldest first.
fn states(portal: &TestPortal) -> Vec<String> {
    portal.read(|conn| {
        Ok(criteria_versions::table
            .filter(criteria_versions::group_code.eq("LD").and(criteria_versions::locality_id.eq(1)))
            .order(criteria_versions::number)
            .select(criteria_versions::state)
            .load(conn)?)
    })
}

on_both! {
    async fn a_draft_is_proposed_answered_approved_and_takes_force_by_itself(portal) {
        let portal = agreeing(portal);
        let version = draft(&portal, "LD", CHANGED);
        let mut ann = portal.signed_in("ann@example.org").await;
        let sent = propose(&mut ann, PAGE, "1 6 2015", "10 4 2015").await;
        assert_eq!((sent.status, sent.location()), (StatusCode::SEE_OTHER, &*format!("{PAGE}/proposal/sent")));
        let panel = ann.get(sent.location()).await.text();
        assert!(panel.contains("Reference") && panel.contains("10 April 2015 (5 working days left)"), "{panel}");
        let asked: Vec<(String, String)> = ["one@example.org", "uno@example.org", "two@example.org"]
            .map(|to| (to.to_owned(), "criteria_proposed".to_owned()))
            .into();
        let mut sent = letters(&portal);
        sent.sort_by_key(|(to, _)| asked.iter().position(|(other, _)| other == to));
        assert_eq!(sent, asked);

        let mut one = portal.signed_in("one@example.org").await;
        let page = one.get(PAGE).await.text();
        assert!(page.contains("People aged 18 or over who have a learning disability"), "{page}");
        assert!(page.contains(&version.text_hash) && page.contains("Answer version 2"), "{page}");
        assert!(page.contains("Touches young people more than others"));
        let answered = answer(&mut one, PAGE, "agree", "").await;
        assert_eq!(answered.location(), format!("{PAGE}/answer/sent"), "{}", answered.text());
        assert!(one.get(answered.location()).await.text().contains("stays proposed until every network has answered"));
        let list = ann.get("/criteria").await.text();
        assert!(list.contains("1 of 2 answered"), "{list}");

        let mut bob = portal.signed_in("bob@example.org").await;
        assert!(bob.get(PAGE).await.text().contains("once every network has answered, or after 10 April 2015"));
        let mut two = portal.signed_in("two@example.org").await;
        answer(&mut two, PAGE, "agree", "With thanks").await;
        assert!(ann.get(PAGE).await.text().contains("another commissioner must approve or return it"));
        let page = bob.get(&format!("{PAGE}/decision")).await.text();
        assert!(page.contains("2 of 2 agreed") && page.contains("With thanks"), "{page}");
        let approved = decide(&mut bob, PAGE, "approve", "1 6 2015", "").await;
        assert_eq!((approved.status, approved.location()), (StatusCode::SEE_OTHER, PAGE), "{}", approved.text());
        assert_eq!(states(&portal), ["in_force", "approved"]);
        assert_eq!(in_force(&portal, "LD", "2015-05-31").0, 1);
        assert_eq!(in_force(&portal, "LD", "2015-06-01"), (2, CHANGED.into()), "by its date alone");

        portal.work().await;
        assert_eq!(states(&portal), ["in_force", "approved"], "its date has not come");
        let later = another_day(&portal, "2015-06-01");
        later.work().await;
        later.work().await;
        assert_eq!(states(&portal), ["superseded", "in_force"]);
        assert_eq!(in_force(&portal, "LD", "2015-05-31").0, 1, "the past stays as it was");
        let mut ann = later.signed_in("ann@example.org").await;
        let group = ann.get("/criteria/LOC01/LD").await.text();
        assert!(group.contains("From the start to 31 May 2015") && group.contains("From 1 June 2015"), "{group}");
        assert!(group.contains("1 part changed since version 1"), "{group}");
        let exported = command(&later, &["criteria", "export", "LOC01"]);
        assert!(exported.out.contains(&format!("group LD\n{CHANGED}\n")), "{}", exported.out);
        let acts: Vec<String> = portal.read(|conn| {
            let acts = audit_entries::table.order(audit_entries::id).select(audit_entries::verb);
            Ok(acts.filter(audit_entries::verb.like("%criteria%")).load(conn)?)
        });
        for act in ["proposed criteria", "answered a criteria proposal", "approved criteria", "put criteria in force"] {
            assert!(acts.contains(&act.to_owned()), "{acts:?}");
        }
        assert_eq!(acts.iter().filter(|act| *act == "put criteria in force").count(), 1);
    }
}

on_both! {
    async fn a_proposer_is_refused_by_the_rule_and_not_by_a_hidden_button(portal) {
        let portal = agreeing(portal);
        draft(&portal, "LTC_16_74", "age >= 18 and age <= 74 and ltc_count >= 1");
        let page = "/criteria/LOC01/LTC_16_74/versions/2";
        let mut ann = portal.signed_in("ann@example.org").await;
        assert_eq!(propose(&mut ann, page, "1 6 2015", "").await.status, StatusCode::SEE_OTHER);
        let form = [
            ("key", "by-hand"), ("version", "3"), ("decision", "approve"), ("force_day", "1 6 2015"),
            ("reason", "I say so"),
        ];
        let refused = ann.post(&format!("{page}/decision"), &form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("You proposed this"), "{}", refused.text());
        assert!(refused.text().contains("I say so") || !refused.text().contains("<form action"));
        let mut bob = portal.signed_in("bob@example.org").await;
        let without = decide(&mut bob, page, "approve", "1 6 2015", " ").await;
        assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(without.text().contains("Enter the reason"), "nobody was asked, so a reason is needed");
        let early = decide(&mut bob, page, "approve", "31 5 2015", "Nobody cares for it").await;
        assert!(early.text().contains("must be 1 June 2015 or later, as proposed"), "{}", early.text());
        assert!(early.text().contains("Nobody cares for it"), "what was typed is kept");
        let approved = decide(&mut bob, page, "approve", "2 6 2015", "Nobody cares for it").await;
        assert_eq!(approved.status, StatusCode::SEE_OTHER, "{}", approved.text());
        assert_eq!(in_force(&portal, "LTC_16_74", "2015-06-01").0, 1);
        assert_eq!(in_force(&portal, "LTC_16_74", "2015-06-02").0, 2);
    }
}

on_both! {
    async fn terms_typed_while_the_draft_was_proposed_are_given_back(portal) {
        let portal = agreeing(portal);
        draft(&portal, "LD", "age >= 18 and learning_disability");
        let mut ann = portal.signed_in("ann@example.org").await;
        let mut bob = portal.signed_in("bob@example.org").await;
        let form = bob.get(&format!("{PAGE}/proposal")).await;
        let (key, version) = (form.field("key"), form.field("version"));
        assert_eq!(propose(&mut ann, PAGE, "1 6 2015", "10 4 2015").await.status, StatusCode::SEE_OTHER);
        let typed = [
            ("key", &*key), ("version", &*version), ("reason", "Schools care until then"),
            ("equality_note", "Touches the young"), ("force_day", "1 7 2015"), ("answer_by_day", "soon"),
        ];
        let late = bob.post(&format!("{PAGE}/proposal"), &typed).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        let text = late.text();
        for words in ["has been proposed", "Schools care until then", "Touches the young", "1 July 2015", "soon"] {
            assert!(text.contains(words), "{words}: {text}");
        }
    }
}

on_both! {
    async fn terms_are_all_checked_at_once_and_what_was_typed_stays(portal) {
        let portal = agreeing(portal);
        draft(&portal, "LD", CHANGED);
        let mut ann = portal.signed_in("ann@example.org").await;
        let form = ann.get(&format!("{PAGE}/proposal")).await;
        assert!(form.text().contains("Example Inclusion Network, Example Whole Systems Network"), "{}", form.text());
        let (key, version) = (form.field("key"), form.field("version"));
        let typed = [
            ("key", &*key), ("version", &*version), ("reason", "A reason <b>"), ("equality_note", " "),
            ("force_day", "31"), ("force_month", "3"), ("force_year", "2015"), ("answer_by_day", "soon"),
        ];
        let refused = ann.post(&format!("{PAGE}/proposal"), &typed).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let text = refused.text();
        for words in [
            "Enter the equality note", "The date it takes force must be today or later",
            "Last day to answer must be a real date", "A reason &#60;b&#62;", "value=\"soon\"", "Error: ",
        ] {
            assert!(text.contains(words), "{words}: {text}");
        }
        assert_eq!(states(&portal), ["in_force", "draft"]);
        assert_eq!(portal.read(|conn| Ok(proposals::table.count().get_result::<i64>(conn)?)), 0);
    }
}

on_both! {
    async fn a_draft_that_cannot_be_read_is_said_to_be_so_before_anything_is_typed(portal) {
        let portal = agreeing(portal);
        let mut ann = portal.signed_in("ann@example.org").await;
        let draft = drafted(&mut ann, "LD").await;
        let unreadable = edit(&mut ann, &draft, &[("act", "save"), ("text", "age >= and dementia")]).await;
        assert_eq!(unreadable.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = ann.get(&format!("{draft}/proposal")).await;
        let text = page.text();
        assert_eq!(page.status, StatusCode::OK);
        assert!(text.contains("This cannot be proposed yet") && text.contains(&format!("href=\"{draft}/edit\"")), "{text}");
        assert!(!text.contains("name=\"reason\""), "no form that cannot be sent: {text}");
    }
}

on_both! {
    async fn forms_of_a_version_that_moved_on_lead_on_to_it(portal) {
        let portal = agreeing(portal);
        draft(&portal, "LD", CHANGED);
        let mut ann = portal.signed_in("ann@example.org").await;
        let mut bob = portal.signed_in("bob@example.org").await;
        let terms = bob.get(&format!("{PAGE}/proposal")).await;
        assert_eq!(propose(&mut ann, PAGE, "1 6 2015", "10 4 2015").await.status, StatusCode::SEE_OTHER);
        let check = bob.get(&format!("{PAGE}/proposal/check")).await;
        assert_eq!((check.status, check.location()), (StatusCode::SEE_OTHER, PAGE), "nothing to check any more");
        let again = [("key", &*terms.field("key")), ("version", "1"), ("hash", "0")];
        let late = bob.post(&format!("{PAGE}/proposal/check"), &again).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        let text = late.text();
        assert!(text.contains("has been proposed, so it was not proposed a second time"), "{text}");
        assert!(text.contains(&format!("href=\"{PAGE}\"")) && !text.contains("What you had written"), "{text}");

        let form = bob.get(&format!("{PAGE}/withdrawal")).await;
        assert_eq!(withdraw(&mut ann, PAGE, "mistake", "").await.location(), PAGE);
        let (key, version) = (form.field("key"), form.field("version"));
        let typed = [("key", &*key), ("version", &*version), ("why", "other"), ("words", "Schools object <i>")];
        let late = bob.post(&format!("{PAGE}/withdrawal"), &typed).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        let text = late.text();
        for words in ["has been withdrawn, so your withdrawal", "Schools object &#60;i&#62;", "Another reason", "Go to"] {
            assert!(text.contains(words), "{words}: {text}");
        }
        let gone = bob.get(&format!("{PAGE}/withdrawal")).await;
        assert_eq!((gone.status, gone.location()), (StatusCode::SEE_OTHER, PAGE));
    }
}

on_both! {
    async fn who_approved_stays_told_after_a_withdrawal(portal) {
        let portal = agreeing(portal);
        draft(&portal, "LTC_16_74", "age >= 18 and age <= 74 and ltc_count >= 1");
        let page = "/criteria/LOC01/LTC_16_74/versions/2";
        let mut ann = portal.signed_in("ann@example.org").await;
        propose(&mut ann, page, "1 6 2015", "").await;
        let mut bob = portal.signed_in("bob@example.org").await;
        let approved = decide(&mut bob, page, "approve", "1 6 2015", "Nobody cares for it").await;
        assert_eq!(approved.status, StatusCode::SEE_OTHER, "{}", approved.text());
        assert_eq!(withdraw(&mut ann, page, "circumstances", "A school closes").await.location(), page);
        for address in [page.to_owned(), format!("{page}/sheet")] {
            let text = ann.get(&address).await.text();
            for words in ["Approved", "Sample bob@example.org", "Nobody cares for it", "Withdrawn",
                "Sample ann@example.org", "Circumstances have changed: A school closes"] {
                assert!(text.contains(words), "{address}, {words}: {text}");
            }
        }
        let text = ann.get(page).await.text();
        assert!(text.contains("Approved by Sample bob") && text.contains("Withdrawn by Sample ann"), "{text}");
        assert!(text.contains("Was to take force on"), "{text}");
    }
}

on_both! {
    async fn what_identifies_somebody_stands_in_no_term_decision_or_withdrawal(portal) {
        let portal = agreeing(portal);
        draft(&portal, "LTC_16_74", "age >= 18 and age <= 74 and ltc_count >= 1");
        let page = "/criteria/LOC01/LTC_16_74/versions/2";
        let mut ann = portal.signed_in("ann@example.org").await;
        let form = ann.get(&format!("{page}/proposal")).await;
        let (key, version) = (form.field("key"), form.field("version"));
        let terms = [
            ("key", &*key), ("version", &*version), ("reason", "As Mr Ash says"), ("equality_note", "Ring 07700 900123"),
            ("force_day", "1 6 2015"),
        ];
        let asked = ann.post(&format!("{page}/proposal"), &terms).await;
        assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(asked.text().contains("<mark>Mr Ash</mark>") && asked.text().contains("<mark>07700 900123</mark>"));
        let key = asked.field("key");
        let removed = [("key", &*key), ("identified_shown", "yes"), ("identified", "remove")];
        let kept = ann.post(&format!("{page}/proposal"), &[&terms[1..], &removed].concat()).await;
        assert_eq!(kept.location(), format!("{page}/proposal/check"), "{}", kept.text());
        let check = ann.get(kept.location()).await;
        assert!(check.text().contains("As [removed] says") && check.text().contains("Ring [removed]"));
        let (key, version, hash) = (check.field("key"), check.field("version"), check.field("hash"));
        let send = [("key", &*key), ("version", &*version), ("hash", &*hash)];
        assert_eq!(ann.post(kept.location(), &send).await.status, StatusCode::SEE_OTHER);
        let mut bob = portal.signed_in("bob@example.org").await;
        let asked = decide(&mut bob, page, "approve", "1 6 2015", "Ask ann@example.org").await;
        assert!(asked.text().contains("<mark>ann@example.org</mark>"), "{}", asked.text());
        let approved = decide(&mut bob, page, "approve", "1 6 2015", "Nobody cares for it").await;
        assert_eq!(approved.status, StatusCode::SEE_OTHER, "{}", approved.text());
        let asked = withdraw(&mut ann, page, "other", "W1A 1AA objects").await;
        assert!(asked.text().contains("<mark>W1A 1AA</mark>"), "{}", asked.text());
        let written: String = portal.read(|conn| {
            let contents: Vec<Option<String>> = audit_entries::table.select(audit_entries::content).load(conn)?;
            Ok(contents.into_iter().flatten().collect())
        });
        assert!(!written.contains("Mr Ash") && !written.contains("900123"), "nor in the audit trail");
    }
}
