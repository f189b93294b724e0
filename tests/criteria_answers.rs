//! Answers and comments on a proposal: blind, bound to its text, kept when it is replaced, and never markup.

use actix_web::http::StatusCode;
use common_ground::schema::{criteria_versions, outgoing_mail, proposal_asks, proposal_comments};
use diesel::prelude::*;

use crate::agreeing::{PAGE, agreeing, another_day, answer, decide, draft, letters, propose};
use crate::harness::{Browser, TestPortal};
use crate::on_both;

const CHANGED: &str = "age >= 18 and learning_disability";
/// What must never be more than text.
const MARKUP: &str = "</textarea><script>alert(1)</script> \"quoted\" & 'so'";

async fn proposed(portal: TestPortal) -> (TestPortal, Browser) {
    let portal = agreeing(portal);
    draft(&portal, "LD", CHANGED);
    let mut ann = portal.signed_in("ann@example.org").await;
    assert_eq!(propose(&mut ann, PAGE, "1 6 2015", "10 4 2015").await.status, StatusCode::SEE_OTHER);
    (portal, ann)
}

async fn comment(
    browser: &mut Browser,
    page: &str,
    condition: &str,
    reply_to: &str,
    text: &str,
) -> StatusCode {
    let shown = browser.get(page).await;
    let key = format!("{}-{reply_to}", shown.field("key"));
    let form = [("key", &*key), ("condition", condition), ("reply_to", reply_to), ("comment", text)];
    browser.post(&format!("{page}/comments"), &form).await.status
}

on_both! {
    async fn a_network_is_blind_to_the_others_until_it_has_answered(portal) {
        let (portal, mut ann) = proposed(portal).await;
        let mut one = portal.signed_in("one@example.org").await;
        let mut two = portal.signed_in("two@example.org").await;
        let mut lay = portal.signed_in("lay@example.org").await;
        assert_eq!(comment(&mut one, PAGE, "age >= 18", "", "Why not 16 as now?").await, StatusCode::SEE_OTHER);
        assert_eq!(comment(&mut lay, PAGE, "", "", "Families ask for this").await, StatusCode::SEE_OTHER);
        let id: i64 = portal.read(|conn| Ok(proposal_comments::table.select(proposal_comments::id).first(conn)?));
        let reply = comment(&mut ann, PAGE, "", &id.to_string(), "Because schools care until then").await;
        assert_eq!(reply, StatusCode::SEE_OTHER);
        let without = answer(&mut one, PAGE, "request_change", "  ").await;
        assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(without.text().contains("Enter what you ask to be changed, and why"));
        answer(&mut one, PAGE, "request_change", "Keep sixteen").await;

        let blind = two.get(PAGE).await.text();
        for hidden in ["Why not 16", "Keep sixteen", "Because schools", "Changes asked for", "asked for a change"] {
            assert!(!blind.contains(hidden), "{hidden}: {blind}");
        }
        assert!(blind.contains("Families ask for this") && blind.contains("Answered, hidden"), "{blind}");
        assert!(!two.get(&format!("{PAGE}/sheet")).await.text().contains("Keep sixteen"));
        assert!(!lay.get(PAGE).await.text().contains("Keep sixteen"), "who looks on waits until the round is over");
        let all = ann.get(PAGE).await.text();
        assert!(all.contains("Why not 16") && all.contains("Keep sixteen") && all.contains("Changes asked for"));
        let own = one.get(PAGE).await.text();
        assert!(own.contains("Keep sixteen") && own.contains("Because schools care until then"), "{own}");

        answer(&mut two, PAGE, "agree", "").await;
        let seen = two.get(PAGE).await.text();
        assert!(seen.contains("Keep sixteen") && seen.contains("Why not 16") && seen.contains("Because schools"));
        assert!(lay.get(PAGE).await.text().contains("Keep sixteen"), "the round is over");
        answer(&mut one, PAGE, "agree", "").await;
        let changed = ann.get(PAGE).await.text();
        assert!(changed.contains("2 of 2 agreed") && changed.contains("Keep sixteen"), "an earlier answer's words stay");
    }
}

on_both! {
    async fn who_was_not_asked_does_not_find_what_is_only_proposed(portal) {
        let (portal, mut ann) = proposed(portal).await;
        draft(&portal, "LTC_75", "age >= 80 and ltc_count >= 1");
        let other = "/criteria/LOC01/LTC_75/versions/2";
        let mut two = portal.signed_in("two@example.org").await;
        let mut gp = portal.signed_in("gp@example.org").await;
        let mut lay = portal.signed_in("lay@example.org").await;
        let mut eve = portal.signed_in("eve@example.org").await;
        let never = two.get("/criteria/LOC01/LTC_75/versions/9").await;
        for browser in [&mut two, &mut gp, &mut lay] {
            assert_eq!(browser.get(other).await.body, never.body, "a draft is for those who plan");
        }
        assert_eq!(propose(&mut ann, other, "1 6 2015", "10 4 2015").await.status, StatusCode::SEE_OTHER);
        for address in ["", "/answer", "/answer/sent", "/sheet", "/preview"] {
            let answer = two.get(&format!("{other}{address}")).await;
            assert_eq!((answer.status, answer.body), (StatusCode::NOT_FOUND, never.body.clone()), "{address}");
        }
        let form = [("key", "a"), ("version", "1"), ("answer", "agree")];
        assert_eq!(two.post(&format!("{other}/answer"), &form).await.status, StatusCode::NOT_FOUND);
        let words = [("key", "b"), ("comment", "May I?")];
        assert_eq!(two.post(&format!("{other}/comments"), &words).await.status, StatusCode::NOT_FOUND);
        assert_eq!(gp.get(other).await.status, StatusCode::NOT_FOUND);
        assert_eq!(eve.get(other).await.status, StatusCode::NOT_FOUND, "another commissioner's");
        assert_eq!(eve.get(&format!("{other}/decision")).await.status, StatusCode::NOT_FOUND);
        assert_eq!(lay.get(other).await.status, StatusCode::OK);
        assert!(!gp.get("/criteria/LOC01/LTC_75").await.text().contains("Version 2"));
        assert!(!two.get("/criteria").await.text().contains("LTC_75/versions/2"));
        assert_eq!(gp.get("/criteria/LOC01/LTC_75/versions/1").await.status, StatusCode::OK, "what is agreed is for all");
    }
}

on_both! {
    async fn an_answer_to_a_version_just_replaced_gets_both_texts_and_loses_nothing(portal) {
        let (portal, mut ann) = proposed(portal).await;
        let mut one = portal.signed_in("one@example.org").await;
        let mut two = portal.signed_in("two@example.org").await;
        answer(&mut one, PAGE, "request_change", "Keep sixteen").await;
        let form = two.get(&format!("{PAGE}/answer")).await;
        let (key, version, hash) = (form.field("key"), form.field("version"), form.field("hash"));
        portal.work().await;
        let before = letters(&portal).len();
        draft(&portal, "LD", "age >= 17 and learning_disability");
        let new = "/criteria/LOC01/LD/versions/3";
        assert_eq!(propose(&mut ann, new, "1 6 2015", "10 4 2015").await.status, StatusCode::SEE_OTHER);
        let mut told = letters(&portal).split_off(before);
        told.sort();
        let expected = [
            ("one@example.org", "criteria_replaced"),
            ("two@example.org", "criteria_proposed"),
            ("uno@example.org", "criteria_replaced"),
        ];
        assert_eq!(told, expected.map(|(to, letter)| (to.to_owned(), letter.to_owned())));
        let about: Vec<String> = portal.read(|conn| {
            Ok(outgoing_mail::table
                .filter(outgoing_mail::letter.eq("criteria_replaced"))
                .select(outgoing_mail::about)
                .load(conn)?)
        });
        assert!(about.iter().all(|about| about.contains(&format!("{new}/compare/2 "))), "{about:?}");
        assert_eq!(one.get(&format!("{new}/compare/2")).await.status, StatusCode::OK);

        let typed = [
            ("key", &*key), ("version", &*version), ("hash", &*hash), ("answer", "agree"),
            ("comment", "We can live with this"),
        ];
        let late = two.post(&format!("{PAGE}/answer"), &typed).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        let text = late.text();
        for words in ["age &#62;= 18 and", "age &#62;= 17 and", "We can live with this", "action=\"/criteria/LOC01/LD/versions/3/answer\""] {
            assert!(text.contains(words), "{words}: {text}");
        }
        assert!(!text.contains(" checked"), "agreeing to the new text is a new choice");
        let (key, version, hash) = (late.field("key"), late.field("version"), late.field("hash"));
        let again = [
            ("key", &*key), ("version", &*version), ("hash", &*hash), ("answer", "agree"),
            ("comment", "We can live with this"),
        ];
        assert_eq!(two.post(&format!("{new}/answer"), &again).await.location(), format!("{new}/answer/sent"));
        let old = one.get(PAGE).await.text();
        assert!(old.contains("This has been replaced by") && old.contains("Withdrawn"), "{old}");
        assert!(!one.get(new).await.text().contains("Keep sixteen"), "the answers are void");
        let open: i64 = portal.read(|conn| {
            Ok(proposal_asks::table.filter(proposal_asks::answer.is_null()).count().get_result(conn)?)
        });
        assert_eq!(open, 2, "the first proposal's silent network, and the second's");
    }
}

on_both! {
    async fn what_is_typed_is_never_markup_and_never_in_a_letter(portal) {
        let portal = agreeing(portal);
        draft(&portal, "LD", CHANGED);
        let mut ann = portal.signed_in("ann@example.org").await;
        let form = ann.get(&format!("{PAGE}/proposal")).await;
        let (key, version) = (form.field("key"), form.field("version"));
        let terms = [
            ("key", &*key), ("version", &*version), ("reason", MARKUP), ("equality_note", MARKUP),
            ("force_day", "1 6 2015"), ("answer_by_day", "10 4 2015"),
        ];
        let check = ann.post(&format!("{PAGE}/proposal"), &terms).await.location().to_owned();
        let check = ann.get(&check).await;
        assert!(!check.text().contains("<script>alert"));
        let (key, version, hash) = (check.field("key"), check.field("version"), check.field("hash"));
        let send = [("key", &*key), ("version", &*version), ("hash", &*hash)];
        ann.post(&format!("{PAGE}/proposal/check"), &send).await;
        let mut one = portal.signed_in("one@example.org").await;
        let mut two = portal.signed_in("two@example.org").await;
        let long = "x".repeat(4_001);
        assert_eq!(comment(&mut one, PAGE, "", "", &long).await, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(comment(&mut one, PAGE, "", "", &long[1..]).await, StatusCode::SEE_OTHER);
        assert_eq!(comment(&mut one, PAGE, "age >= 18", "", MARKUP).await, StatusCode::SEE_OTHER);
        answer(&mut one, PAGE, "request_change", MARKUP).await;
        answer(&mut two, PAGE, "request_change", MARKUP).await;
        portal.work().await;
        let mut bob = portal.signed_in("bob@example.org").await;
        decide(&mut bob, PAGE, "approve", "1 6 2015", MARKUP).await;
        portal.work().await;
        for browser in [&mut ann, &mut one] {
            for address in [PAGE, "/criteria", "/criteria/LOC01/LD", "/criteria/LOC01/agreed", "/"] {
                let page = browser.get(address).await;
                assert_eq!(page.status, StatusCode::OK, "{address}");
                assert!(!page.text().contains("<script>alert"), "{address}");
            }
            let sheet = browser.get(&format!("{PAGE}/sheet")).await.text();
            assert!(sheet.contains("&#60;script&#62;alert(1)") && !sheet.contains("<script>alert"), "{sheet}");
        }
        let folder = std::fs::read_dir(portal.folder().join("outbox")).unwrap();
        let letters: Vec<String> =
            folder.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap().replace("=\r\n", "")).collect();
        assert!(letters.len() >= 6, "{}", letters.len());
        for letter in letters {
            assert!(!letter.contains("alert") && !letter.contains("textarea"), "{letter}");
            assert!(letter.contains("CP-") && letter.contains("/criteria/LOC01/LD/versions/2"), "{letter}");
        }
    }
}

on_both! {
    async fn forms_sent_twice_are_done_once(portal) {
        let (portal, mut ann) = proposed(portal).await;
        let mut one = portal.signed_in("one@example.org").await;
        let form = one.get(&format!("{PAGE}/answer")).await;
        let (key, version, hash) = (form.field("key"), form.field("version"), form.field("hash"));
        let typed = [("key", &*key), ("version", &*version), ("hash", &*hash), ("answer", "agree"), ("comment", "Good")];
        let first = one.post(&format!("{PAGE}/answer"), &typed).await;
        let second = one.post(&format!("{PAGE}/answer"), &typed).await;
        assert_eq!((first.status, first.location()), (second.status, second.location()));
        let words = [("key", "one-key"), ("comment", "Once")];
        for _ in 0..2 {
            assert_eq!(one.post(&format!("{PAGE}/comments"), &words).await.status, StatusCode::SEE_OTHER);
        }
        let comments: i64 = portal.read(|conn| Ok(proposal_comments::table.count().get_result(conn)?));
        assert_eq!(comments, 1);
        let stale = [("key", "other"), ("version", &*version), ("hash", &*hash), ("answer", "request_change"), ("comment", "Mine")];
        let mut uno = portal.signed_in("uno@example.org").await;
        let conflict = uno.post(&format!("{PAGE}/answer"), &stale).await;
        assert_eq!(conflict.status, StatusCode::CONFLICT, "a colleague answered first");
        assert!(conflict.text().contains("Mine") && conflict.text().contains("Good"), "{}", conflict.text());
        let form = ann.get(&format!("{PAGE}/withdrawal")).await;
        let (key, version) = (form.field("key"), form.field("version"));
        let typed = [("key", &*key), ("version", &*version), ("why", "other"), ("words", "We think again")];
        let first = ann.post(&format!("{PAGE}/withdrawal"), &typed).await;
        assert_eq!((first.status, first.location()), (StatusCode::SEE_OTHER, PAGE), "{}", first.text());
        assert_eq!(ann.post(&format!("{PAGE}/withdrawal"), &typed).await.location(), PAGE);
        let late = one.get(&format!("{PAGE}/answer")).await;
        assert_eq!((late.status, late.location()), (StatusCode::SEE_OTHER, PAGE));
        assert!(ann.get(PAGE).await.text().contains("We think again"));
    }
}

on_both! {
    async fn what_was_written_while_a_proposal_was_withdrawn_is_given_back(portal) {
        let (portal, mut ann) = proposed(portal).await;
        let mut one = portal.signed_in("one@example.org").await;
        let shown = one.get(&format!("{PAGE}/answer")).await;
        let (key, version, hash) = (shown.field("key"), shown.field("version"), shown.field("hash"));
        let form = ann.get(&format!("{PAGE}/withdrawal")).await;
        let (key_of, version_of) = (form.field("key"), form.field("version"));
        let typed = [("key", &*key_of), ("version", &*version_of), ("why", "other"), ("words", "We think again")];
        assert_eq!(ann.post(&format!("{PAGE}/withdrawal"), &typed).await.location(), PAGE);
        let typed = [
            ("key", &*key), ("version", &*version), ("hash", &*hash), ("answer", "request_change"),
            ("comment", "Keep sixteen & <more>"),
        ];
        let answer = one.post(&format!("{PAGE}/answer"), &typed).await;
        let words = [("key", "own"), ("condition", "age >= 18"), ("comment", "Keep sixteen & <more>")];
        let comment = one.post(&format!("{PAGE}/comments"), &words).await;
        for late in [answer, comment] {
            assert_eq!(late.status, StatusCode::CONFLICT);
            let text = late.text();
            let link = format!("href=\"{PAGE}\"");
            for words in ["What you had written", "Keep sixteen &#38; &#60;more&#62;", "has been withdrawn", &link] {
                assert!(text.contains(words), "{words}: {text}");
            }
        }
    }
}

on_both! {
    async fn a_comment_on_a_version_just_replaced_is_given_back_with_a_link_to_the_new_one(portal) {
        let (portal, mut ann) = proposed(portal).await;
        let mut one = portal.signed_in("one@example.org").await;
        draft(&portal, "LD", "age >= 17 and learning_disability");
        let new = "/criteria/LOC01/LD/versions/3";
        assert_eq!(propose(&mut ann, new, "1 6 2015", "10 4 2015").await.status, StatusCode::SEE_OTHER);
        let words = [("key", "own"), ("condition", ""), ("comment", "Why not sixteen?")];
        let late = one.post(&format!("{PAGE}/comments"), &words).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        let text = late.text();
        for words in ["Why not sixteen?", "has been replaced by another proposal", &format!("href=\"{new}\"")] {
            assert!(text.contains(words), "{words}: {text}");
        }
    }
}

on_both! {
    async fn silent_networks_are_reminded_by_the_working_calendar(portal) {
        let (portal, _) = proposed(portal).await;
        let mut one = portal.signed_in("one@example.org").await;
        answer(&mut one, PAGE, "agree", "").await;
        let start = letters(&portal).len();
        let mut expected = Vec::new();
        for (day, letter) in [
            ("2015-04-07", None),
            ("2015-04-08", Some("criteria_reminder")),
            ("2015-04-10", None),
            ("2015-04-11", Some("criteria_overdue")),
            ("2015-04-17", None),
            ("2015-04-18", Some("criteria_overdue")),
        ] {
            let later = another_day(&portal, day);
            later.work().await;
            later.work().await;
            expected.extend(letter.map(|letter| ("two@example.org".to_owned(), letter.to_owned())));
            assert_eq!(letters(&portal).split_off(start), expected, "{day}");
        }
        let later = another_day(&portal, "2015-04-20");
        let mut two = later.signed_in("two@example.org").await;
        assert!(two.get("/").await.text().contains("10 April 2015 (overdue)"));
        answer(&mut two, PAGE, "agree", "").await;
        another_day(&portal, "2015-05-01").work().await;
        assert_eq!(letters(&portal).split_off(start), expected, "stopped as soon as it is done");
    }
}

on_both! {
    async fn a_returned_version_waits_for_a_new_one_and_a_withdrawn_one_never_takes_force(portal) {
        let (portal, mut ann) = proposed(portal).await;
        let mut bob = portal.signed_in("bob@example.org").await;
        let mut one = portal.signed_in("one@example.org").await;
        let mut two = portal.signed_in("two@example.org").await;
        assert!(one.get("/").await.text().contains("Answer People with a learning disability, version 2, due 10 April 2015"));
        answer(&mut one, PAGE, "agree", "").await;
        answer(&mut two, PAGE, "request_change", "Too old").await;
        let home = bob.get("/").await.text();
        assert!(home.contains("</span> proposal ready to approve</a>") && home.contains(&format!("{PAGE}/decision")), "{home}");
        assert!(!ann.get("/").await.text().contains("ready to approve"), "not by who proposed it");
        let shown = bob.get(&format!("{PAGE}/decision")).await;
        answer(&mut one, PAGE, "request_change", "Too old for us too").await;
        let (key, version, answers) = (shown.field("key"), shown.field("version"), shown.field("answers"));
        let typed = [
            ("key", &*key), ("version", &*version), ("answers", &*answers), ("decision", "approve"),
            ("force_day", "1 6 2015"), ("reason", "Go ahead"),
        ];
        let stale = bob.post(&format!("{PAGE}/decision"), &typed).await;
        assert_eq!(stale.status, StatusCode::CONFLICT, "an answer has changed since");
        let text = stale.text();
        assert!(text.contains("1 of 2 agreed, 1 asked for a change") && text.contains("0 of 2 agreed, 2 asked"), "{text}");
        assert!(text.contains("Go ahead"));
        let without = decide(&mut bob, PAGE, "return", "1 6 2015", "").await;
        assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(decide(&mut bob, PAGE, "return", "", "Seventeen, then").await.status, StatusCode::SEE_OTHER);
        let home = ann.get("/").await.text();
        assert!(home.contains("</span> version returned</a>") && home.contains(PAGE), "{home}");
        assert!(ann.get("/criteria").await.text().contains("Returned"));
        let again = bob.get(&format!("{PAGE}/decision")).await.text();
        assert!(again.contains("not waiting for a decision") && !again.contains("name=\"decision\""), "{again}");

        draft(&portal, "LD", "age >= 17 and learning_disability");
        assert!(!ann.get("/").await.text().contains("version returned"), "a new version is on its way");
        let new = "/criteria/LOC01/LD/versions/3";
        propose(&mut ann, new, "1 6 2015", "10 4 2015").await;
        answer(&mut one, new, "agree", "").await;
        answer(&mut two, new, "agree", "").await;
        decide(&mut bob, new, "approve", "1 6 2015", "").await;
        draft(&portal, "LD", "age >= 19 and learning_disability");
        let form = ann.get("/criteria/LOC01/LD/versions/4/proposal").await;
        let (key, version) = (form.field("key"), form.field("version"));
        let early = [
            ("key", &*key), ("version", &*version), ("reason", "r"), ("equality_note", "e"),
            ("force_day", "31 5 2015"), ("answer_by_day", "10 4 2015"),
        ];
        let refused = ann.post("/criteria/LOC01/LD/versions/4/proposal", &early).await;
        assert!(refused.text().contains("Version 3 of this group takes force on 1 June 2015"), "{}", refused.text());
        let form = ann.get(&format!("{new}/withdrawal")).await;
        let (key, version) = (form.field("key"), form.field("version"));
        let typed = [("key", &*key), ("version", &*version), ("why", "circumstances")];
        assert_eq!(ann.post(&format!("{new}/withdrawal"), &typed).await.location(), new);
        let later = another_day(&portal, "2015-06-02");
        later.work().await;
        let states: Vec<String> = portal.read(|conn| {
            Ok(criteria_versions::table
                .filter(criteria_versions::group_code.eq("LD").and(criteria_versions::locality_id.eq(1)))
                .order(criteria_versions::number)
                .select(criteria_versions::state)
                .load(conn)?)
        });
        assert_eq!(states, ["in_force", "returned", "withdrawn", "draft"]);
    }
}

on_both! {
    async fn what_identifies_somebody_in_a_comment_is_asked_about_before_it_is_stored(portal) {
        let (portal, mut ann) = proposed(portal).await;
        let page = ann.get(PAGE).await;
        let key = page.field("key");
        let words = [("key", &*key), ("condition", ""), ("comment", "Ask Mrs Ash, 020 7946 0018")];
        let asked = ann.post(&format!("{PAGE}/comments"), &words).await;
        assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
        let text = asked.text();
        assert!(text.contains("<mark>Mrs Ash</mark>, <mark>020 7946 0018</mark>"), "{text}");
        assert!(text.contains("a phone number, a name"), "{text}");
        assert!(!ann.get(PAGE).await.text().contains("Ask Mrs Ash"));
        let key = asked.field("key");
        let remove = [&words[1..], &[("key", &*key), ("identified_shown", "yes"), ("identified", "remove")]].concat();
        assert_eq!(ann.post(&format!("{PAGE}/comments"), &remove).await.status, StatusCode::SEE_OTHER);
        assert!(ann.get(PAGE).await.text().contains("Ask [removed], [removed]"));

        let mut one = portal.signed_in("one@example.org").await;
        let asked = answer(&mut one, PAGE, "request_change", "Born 3 May 1951, so no").await;
        assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(asked.text().contains("<mark>3 May 1951</mark>"), "{}", asked.text());
        let (key, version, hash) = (asked.field("key"), asked.field("version"), asked.field("hash"));
        let mend = [
            ("key", &*key), ("version", &*version), ("hash", &*hash), ("answer", "request_change"),
            ("comment", "Born 3 May 1951, so no"), ("identified_shown", "yes"), ("identified", "mend"),
        ];
        let form = one.post(&format!("{PAGE}/answer"), &mend).await;
        assert_eq!(form.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(form.text().contains("Comment has a date of birth. Take it out"), "{}", form.text());
        assert!(form.text().contains("Born 3 May 1951, so no") && form.text().contains("name=\"answer\""));
    }
}
