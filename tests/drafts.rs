//! Drafting criteria: where a draft starts, its text and its parts, two who edit at once, drafts put together.

use actix_web::http::{Method, StatusCode};
use actix_web::test::TestRequest;
use common_ground::access::Role;
use common_ground::criteria::drafting::store;
use common_ground::criteria::store as criteria;
use common_ground::runs::store::locality;
use common_ground::schema::proposals;
use diesel::prelude::*;

use crate::agreeing::{agreeing, propose};
use crate::grouped::loaded;
use crate::harness::{Answer, Browser, TestPortal};
use crate::on_both;

/// Fields of a form.
type Fields<'a> = &'a [(&'a str, &'a str)];
/// A button, the fields sent with it, and the text it gives.
type Step<'a> = (&'a str, Fields<'a>, &'a str);

pub async fn commissioner(portal: &TestPortal, email: &str) -> Browser {
    portal.add_user(email, Role::Commissioner, Some("CCG01"));
    portal.signed_in(email).await
}

/// Makes a draft of a group of LOC01 from what is in force; its address.
pub async fn drafted(browser: &mut Browser, group: &str) -> String {
    let from = [("from", "in_force")];
    begun(browser, group, &from).await.location().trim_end_matches("/edit").to_owned()
}

pub async fn begun(browser: &mut Browser, group: &str, form: &[(&str, &str)]) -> Answer {
    let page = browser.get(&format!("/criteria/LOC01/{group}/draft")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let key = page.field("key");
    browser.post(&format!("/criteria/LOC01/{group}/drafts"), &[&[("key", &*key)], form].concat()).await
}

/// Sends the form of a draft's page with some fields changed.
pub async fn edit(browser: &mut Browser, draft: &str, fields: &[(&str, &str)]) -> Answer {
    let page = browser.get(&format!("{draft}/edit")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    send(browser, draft, &page, fields).await
}

async fn send(browser: &mut Browser, draft: &str, page: &Answer, fields: &[(&str, &str)]) -> Answer {
    let (key, version, shown) = (page.field("key"), page.field("version"), plain(&page.field("shown")));
    let own = [("key", &*key), ("version", &*version), ("shown", &*shown)];
    let text: &[(&str, &str)] =
        if fields.iter().any(|(name, _)| *name == "text") { &[] } else { &[("text", &*shown)] };
    browser.post(&format!("{draft}/edit"), &[&own, text, fields].concat()).await
}

pub fn plain(html: &str) -> String {
    html.replace("&#62;", ">")
        .replace("&#60;", "<")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#38;", "&")
}

/// The text a draft's page shows.
async fn text(browser: &mut Browser, draft: &str) -> String {
    plain(&browser.get(&format!("{draft}/edit")).await.field("shown"))
}

on_both! {
    async fn a_draft_starts_from_what_is_in_force_is_edited_saved_and_previewed(portal) {
        let portal = loaded(portal);
        let mut ann = commissioner(&portal, "ann@example.org").await;
        let draft = drafted(&mut ann, "LTC_75").await;
        assert_eq!(draft, "/criteria/LOC01/LTC_75/versions/2");
        assert_eq!(text(&mut ann, &draft).await, "age >= 75 and ltc_count >= 1");
        let saved = edit(&mut ann, &draft, &[("act", "save"), ("text", "age >= 70\r\n and ltc_count >= 1")]).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
        let page = ann.get(saved.location()).await.text();
        assert!(page.contains("The draft is saved.") && page.contains("People aged 70 or over"), "{page}");
        assert_eq!(text(&mut ann, &draft).await, "age >= 70\n and ltc_count >= 1", "lines stay as typed");
        let preview = ann.get(&format!("{draft}/preview")).await;
        assert_eq!(preview.status, StatusCode::OK, "{}", preview.text());
        assert!(preview.text().contains("What version 2 would do"), "{}", preview.text());
    }
}

on_both! {
    async fn a_draft_starts_from_other_versions_other_localities_the_scheme_a_text_or_nothing(portal) {
        let portal = loaded(portal);
        let mut ann = commissioner(&portal, "ann@example.org").await;
        let starts: [(Fields, &str); 5] = [
            (&[("from", "version"), ("version", "1")], "age >= 75 and ltc_count >= 1"),
            (&[("from", "locality"), ("locality", "LOC02")], "age >= 75 and ltc_count >= 1"),
            (&[("from", "default")], "age >= 75 and ltc_count >= 1"),
            (&[("from", "text"), ("text", "age >= 80\r\nand dementia")], "age >= 80\nand dementia"),
            (&[("from", "nothing")], ""),
        ];
        for (number, (form, expected)) in (2..).zip(starts) {
            let made = begun(&mut ann, "LTC_75", form).await;
            assert_eq!(made.location(), format!("/criteria/LOC01/LTC_75/versions/{number}/edit"), "{}", made.text());
            assert_eq!(text(&mut ann, made.location().trim_end_matches("/edit")).await, expected);
        }
        for path in ["", "/preview", "/compare/1", "/preview.csv"] {
            let blank = ann.get(&format!("/criteria/LOC01/LTC_75/versions/6{path}")).await;
            assert_eq!(blank.status, StatusCode::OK, "{path}: {}", blank.text());
        }
        let page = ann.get("/criteria/LOC01/LTC_75/draft?from=version&version=4").await.text();
        assert!(page.contains("There are drafts already") && page.contains("value=\"4\" selected"), "{page}");
        for (form, field) in [
            (&[][..], "from"),
            (&[("from", "version"), ("version", "99")], "version"),
            (&[("from", "locality"), ("locality", "LOC09")], "locality"),
            (&[("from", "text"), ("text", "age >= 75 and\n dementai")], "text"),
        ] {
            let refused = begun(&mut ann, "LTC_75", form).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(refused.text().contains(&format!("href=\"#{field}\"")), "{}", refused.text());
        }
        let refused = begun(&mut ann, "LTC_75", &[("from", "text"), ("text", "age >= 75 and\n dementai")]).await.text();
        assert!(refused.contains("Line 2, column 2: ") && refused.contains("dementai</textarea>"), "{refused}");
    }
}

/// Sends a file to the page where a draft starts.
async fn upload(browser: &mut Browser, bytes: &[u8]) -> Answer {
    let page = browser.get("/criteria/LOC01/LD/draft").await.text();
    let forms = page.split("/drafts/file").nth(1).unwrap();
    let key = forms.split("name=\"key\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let mut body =
        format!("--cut\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\n{key}\r\n").into_bytes();
    body.extend(b"--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"c.txt\"\r\n\r\n");
    body.extend(bytes);
    body.extend(b"\r\n--cut--\r\n");
    let request = TestRequest::with_uri("/criteria/LOC01/LD/drafts/file")
        .method(Method::POST)
        .insert_header(("sec-fetch-site", "same-origin"))
        .insert_header(("content-type", "multipart/form-data; boundary=cut"))
        .set_payload(body);
    browser.send(request).await
}

on_both! {
    async fn a_file_of_several_groups_makes_drafts_that_are_agreed_as_one(portal) {
        let portal = loaded(portal);
        let mut ann = commissioner(&portal, "ann@example.org").await;
        let file = "\u{feff}group SEMI\r\nage >= 18\r\n  and serious_mental_illness\r\n\r\ngroup LD\r\nage >= 18 and learning_disability\r\n";
        let made = upload(&mut ann, file.as_bytes()).await;
        assert_eq!(made.location(), "/criteria/LOC01/LD/versions/2/edit", "{}", made.text());
        let page = ann.get(made.location()).await.text();
        assert!(page.contains("href=\"/criteria/LOC01/SEMI/versions/2/edit\""), "{page}");
        let preview = ann.get("/criteria/LOC01/SEMI/versions/2/preview").await.text();
        assert!(preview.contains("Worked out together with") && preview.contains("/LD/versions/2/preview"), "{preview}");
        assert!(upload(&mut ann, b"age >= 75 \xe9").await.text().contains("The file is not UTF-8"));
        let wrong = upload(&mut ann, b"group LD\nage >= 75\n\ngroup NOBODY\nage >= 1\n\ngroup SEMI\n").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().contains("Line 4, column 7") && wrong.text().contains("Line 8, column 1"), "{}", wrong.text());
    }
}

on_both! {
    async fn a_text_that_cannot_be_read_is_kept_and_marked_and_the_last_good_preview_stays(portal) {
        let portal = loaded(portal);
        let mut ann = commissioner(&portal, "ann@example.org").await;
        let draft = drafted(&mut ann, "LTC_75").await;
        edit(&mut ann, &draft, &[("act", "save"), ("text", "age >= 60")]).await;
        let wrong = edit(&mut ann, &draft, &[("act", "save"), ("text", "age >= 60 and\n dementai")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        for page in [wrong.text(), ann.get(&format!("{draft}/edit")).await.text()] {
            assert!(page.contains("<title>Error: Draft") && page.contains("Line 2, column 2: "), "{page}");
            assert!(page.contains("<mark>d</mark>ementai") && page.contains("dementai</textarea>"), "{page}");
            assert!(page.contains("Of the last text that could be read."), "{page}");
        }
        let stored = portal.read(|conn| {
            let id = locality(conn, "LOC01")?.unwrap().id;
            let version = criteria::version(conn, id, "LTC_75", 2)?.unwrap();
            let settled = store::is_settled(conn, &version)?;
            Ok((version.text, version.text_hash, settled))
        });
        assert_eq!(stored, ("age >= 60".into(), criteria::hash("age >= 60"), false));
        let preview = ann.get(&format!("{draft}/preview")).await;
        assert_eq!(preview.status, StatusCode::OK);
        let mended = edit(&mut ann, &draft, &[("act", "save"), ("text", "age >= 60 and\n dementia")]).await;
        assert_eq!(mended.status, StatusCode::SEE_OTHER, "{}", mended.text());
    }
}

on_both! {
    async fn buttons_change_the_text_and_every_change_can_be_undone(portal) {
        let portal = loaded(portal);
        let mut ann = commissioner(&portal, "ann@example.org").await;
        let draft = drafted(&mut ann, "LTC_75").await;
        let steps: [Step; 6] = [
            ("down:1", &[], "ltc_count >= 1 and age >= 75"),
            ("negate:1", &[], "not (ltc_count >= 1) and age >= 75"),
            ("add-register", &[("condition_codes", "dm, copd"), ("to", "")], "not (ltc_count >= 1) and age >= 75 and condition in (\"DM\", \"COPD\")"),
            ("group:2", &[], "not (ltc_count >= 1) and any of (age >= 75, condition in (\"DM\", \"COPD\"))"),
            ("add-flag", &[("flag_word", "dementia"), ("to", "2")], "not (ltc_count >= 1) and any of (age >= 75, condition in (\"DM\", \"COPD\"), dementia)"),
            ("remove:1", &[], "any of (age >= 75, condition in (\"DM\", \"COPD\"), dementia)"),
        ];
        for (act, fields, expected) in steps {
            let done = edit(&mut ann, &draft, &[&[("act", act)], fields].concat()).await;
            assert_eq!(done.status, StatusCode::SEE_OTHER, "{act}: {}", done.text());
            assert_eq!(text(&mut ann, &draft).await, expected, "{act}");
        }
        let page = ann.get(&format!("{draft}/edit")).await.text();
        let back = page.split("value=\"back:").nth(1).unwrap().split('"').next().unwrap().to_owned();
        edit(&mut ann, &draft, &[("act", &*format!("back:{back}"))]).await;
        assert_eq!(text(&mut ann, &draft).await, steps[4].2, "the last change is undone");
        assert_eq!(page.matches("Go back to this text").count(), 6, "{page}");
        let wrong = edit(&mut ann, &draft, &[("act", "add-number"), ("number_word", "age"), ("number_operator", ">="), ("number_value", "200")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().contains("href=\"#number_value\"") && wrong.text().contains("value=\"200\""), "{}", wrong.text());
        let other = edit(&mut ann, &draft, &[("act", "remove:1"), ("text", "dementia and homeless")]).await;
        assert!(other.text().contains("The text was changed as well as its parts"), "{}", other.text());
        assert_eq!(text(&mut ann, &draft).await, steps[4].2);
    }
}

on_both! {
    async fn two_commissioners_who_edit_one_draft_see_both_texts_and_lose_nothing(portal) {
        let portal = loaded(portal);
        let mut ann = commissioner(&portal, "ann@example.org").await;
        let mut bob = commissioner(&portal, "bob@example.org").await;
        let draft = drafted(&mut ann, "LTC_75").await;
        let page = bob.get(&format!("{draft}/edit")).await;
        let hers = edit(&mut ann, &draft, &[("act", "save"), ("text", "age >= 70")]).await;
        assert_eq!(hers.status, StatusCode::SEE_OTHER);
        let stale = send(&mut bob, &draft, &page, &[("act", "save"), ("text", "age >= 65")]).await;
        assert_eq!(stale.status, StatusCode::CONFLICT);
        for words in ["age &#62;= 70", "age &#62;= 65", "Keep mine", "Take theirs", "Cancel"] {
            assert!(stale.text().contains(words), "{words}: {}", stale.text());
        }
        assert_eq!(text(&mut ann, &draft).await, "age >= 70");
        let (key, version) = (stale.field("key"), stale.field("version"));
        let mine = [("key", &*key), ("version", &*version), ("act", "save"), ("text", "age >= 65")];
        assert_eq!(bob.post(&format!("{draft}/edit"), &mine).await.status, StatusCode::SEE_OTHER);
        assert_eq!(bob.post(&format!("{draft}/edit"), &mine).await.status, StatusCode::SEE_OTHER, "sent twice");
        assert_eq!(text(&mut ann, &draft).await, "age >= 65");
        let same = send(&mut ann, &draft, &page, &[("act", "save"), ("text", "age >= 65")]).await;
        assert_eq!(same.status, StatusCode::SEE_OTHER, "the same text is no conflict");
        let texts = ann.get(&format!("{draft}/edit")).await.text();
        assert!(texts.contains("<code class=\"cg-break\">age &#62;= 70</code>"), "hers is kept: {texts}");
    }
}

on_both! {
    async fn a_text_typed_while_its_draft_was_proposed_starts_another_draft(portal) {
        let portal = agreeing(portal);
        let mut ann = portal.signed_in("ann@example.org").await;
        let mut bob = portal.signed_in("bob@example.org").await;
        let draft = drafted(&mut ann, "LD").await;
        let page = bob.get(&format!("{draft}/edit")).await;
        let frozen = plain(&page.field("shown"));
        assert_eq!(propose(&mut ann, &draft, "1 6 2015", "10 4 2015").await.status, StatusCode::SEE_OTHER);
        let late = send(&mut bob, &draft, &page, &[("act", "save"), ("text", "age >= 21 and dementia")]).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        let shown = plain(&late.text());
        for words in [&*frozen, "age >= 21 and dementia", "has been proposed", &format!("href=\"{draft}\"")] {
            assert!(shown.contains(words), "{words}: {shown}");
        }
        let key = late.field("key");
        let again = [("key", &*key), ("from", "text"), ("text", "age >= 21 and dementia")];
        let made = bob.post("/criteria/LOC01/LD/drafts", &again).await;
        assert_eq!(made.location(), "/criteria/LOC01/LD/versions/3/edit", "{}", made.text());
        assert_eq!(text(&mut bob, "/criteria/LOC01/LD/versions/3").await, "age >= 21 and dementia");
    }
}

on_both! {
    async fn a_version_that_is_no_draft_has_no_edit(portal) {
        let portal = loaded(portal);
        let mut ann = commissioner(&portal, "ann@example.org").await;
        let frozen = "/criteria/LOC01/LTC_75/versions/1";
        assert_eq!(ann.get(&format!("{frozen}/deletion")).await.status, StatusCode::NOT_FOUND);
        for path in ["edit", "proposal"] {
            assert_eq!(ann.get(&format!("{frozen}/{path}")).await.location(), frozen, "{path}");
        }
        let form = [("key", "k"), ("version", "1"), ("act", "save"), ("text", "age >= 1"), ("understood", "yes")];
        assert_eq!(ann.post(&format!("{frozen}/edit"), &form).await.status, StatusCode::CONFLICT);
        assert_eq!(ann.post(&format!("{frozen}/deletion"), &form).await.status, StatusCode::NOT_FOUND);
        let stands = portal.read(|conn| {
            let id = locality(conn, "LOC01")?.unwrap().id;
            Ok(criteria::version(conn, id, "LTC_75", 1)?.unwrap().text)
        });
        assert_eq!(stands, "age >= 75 and ltc_count >= 1");
    }
}

on_both! {
    async fn a_draft_is_deleted_after_a_page_that_says_so(portal) {
        let portal = loaded(portal);
        let mut ann = commissioner(&portal, "ann@example.org").await;
        let draft = drafted(&mut ann, "LTC_75").await;
        edit(&mut ann, &draft, &[("act", "save"), ("text", "age >= 70")]).await;
        let page = ann.get(&format!("{draft}/deletion")).await;
        assert!(page.text().contains("2 saved texts are deleted. This cannot be undone."), "{}", page.text());
        let (key, version) = (page.field("key"), page.field("version"));
        let form = [("key", &*key), ("version", &*version)];
        let refused = ann.post(&format!("{draft}/deletion"), &form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let ticked = [("key", &*key), ("version", "1"), ("understood", "yes")];
        assert_eq!(ann.post(&format!("{draft}/deletion"), &ticked).await.status, StatusCode::CONFLICT, "stale");
        let ticked = [("key", &*key), ("version", &*version), ("understood", "yes")];
        let deleted = ann.post(&format!("{draft}/deletion"), &ticked).await;
        assert_eq!(deleted.location(), "/criteria/LOC01/LTC_75", "{}", deleted.text());
        assert_eq!(ann.get(&format!("{draft}/edit")).await.status, StatusCode::NOT_FOUND);
    }
}

on_both! {
    async fn drafts_are_put_together_and_taken_apart(portal) {
        let portal = loaded(portal);
        let mut ann = commissioner(&portal, "ann@example.org").await;
        let old = drafted(&mut ann, "LTC_75").await;
        let young = drafted(&mut ann, "LTC_16_74").await;
        let other = drafted(&mut ann, "LTC_75").await;
        edit(&mut ann, &old, &[("act", "save"), ("text", "age >= 70 and ltc_count >= 1")]).await;
        edit(&mut ann, &young, &[("act", "save"), ("text", "age >= 16 and age <= 69 and ltc_count >= 1")]).await;
        let page = ann.get(&format!("{old}/edit")).await;
        assert!(!page.text().contains("value=\"LTC_75/3\""), "two drafts of one group do not stand together");
        let join = [("key", &*page.field("key")), ("with", "LTC_16_74/2")];
        assert_eq!(ann.post(&format!("{old}/bundle"), &join).await.status, StatusCode::SEE_OTHER);
        assert_eq!(ann.post(&format!("{old}/bundle"), &join).await.status, StatusCode::SEE_OTHER, "sent twice");
        let refused = ann.post(&format!("{other}/bundle"), &[("key", "o"), ("with", "LTC_16_74/2")]).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "the bundle has a draft of that group");
        let csv = ann.get(&format!("{old}/preview.csv")).await.text();
        assert!(csv.contains("moves,Adults (16 to 74) with one or more long-term conditions,People aged 75 and over"), "{csv}");
        let alone = ann.get(&format!("{young}/edit")).await;
        let leave = [("key", &*alone.field("key")), ("act", "leave")];
        assert_eq!(ann.post(&format!("{young}/bundle"), &leave).await.status, StatusCode::SEE_OTHER);
        assert!(ann.get(&format!("{young}/edit")).await.text().contains("This draft stands alone."));
        let empty = portal.read(|conn| Ok(proposals::table.count().get_result::<i64>(conn)?));
        assert_eq!(empty, 1, "the other draft's bundle stays");
    }
}

on_both! {
    async fn drafts_are_for_commissioners_and_analysts_of_the_locality(portal) {
        let portal = loaded(portal);
        let mut ann = commissioner(&portal, "ann@example.org").await;
        let draft = drafted(&mut ann, "LTC_75").await;
        let paths = ["edit", "preview", "preview.csv", "preview/people", "compare/1"];
        let mut expect = Vec::new();
        for (role, organisation, edit, read) in [
            (Role::Analyst, "CCG01", 403, 200),
            (Role::Commissioner, "LA01", 200, 200),
            (Role::LayPartner, "CCG01", 403, 404),
            (Role::Gp, "E87001", 403, 404),
            (Role::Provider, "PN01", 403, 404),
            (Role::Commissioner, "CCG02", 404, 404),
        ] {
            let email = format!("{}-{organisation}@example.org", role.word());
            portal.add_user(&email, role, Some(organisation));
            expect.push((portal.signed_in(&email).await, email, edit, read));
        }
        for (mut browser, email, edit, read) in expect {
            for path in paths {
                let status = browser.get(&format!("{draft}/{path}")).await.status.as_u16();
                let expected = if path == "edit" { edit } else { read };
                let lists = !email.starts_with("lay_partner");
                let expected = if path == "preview/people" && !lists { 403 } else { expected };
                assert_eq!(status, expected, "{email} {path}");
            }
        }
    }
}

on_both! {
    async fn what_is_typed_is_read_previewed_and_doubted_before_it_is_saved(portal) {
        let portal = loaded(portal);
        let mut ann = commissioner(&portal, "ann@example.org").await;
        let draft = drafted(&mut ann, "EXCLUDED").await;
        let live = ann.post(&format!("{draft}/live"), &[("text", "age >= 16")]).await;
        assert_eq!(live.status, StatusCode::OK, "{}", live.text());
        for words in ["People aged 16 or over.", "data-cg-part=\"figures\"", "From where to where",
            "With this nobody is placed in People with a learning disability any more"] {
            assert!(live.text().contains(words), "{words}: {}", live.text());
        }
        assert!(!live.text().contains("<html"));
        let wrong = ann.post(&format!("{draft}/live"), &[("text", "age >= ")]).await.text();
        assert!(wrong.contains("Line 1, column 7") && !wrong.contains("data-cg-part=\"figures\""), "{wrong}");
        assert!(wrong.contains("Of the last text that could be read."), "{wrong}");
        assert!(text(&mut ann, &draft).await.contains("homeless"), "nothing was saved");
        let swallowed = drafted(&mut ann, "LD").await;
        let saved = edit(&mut ann, &swallowed, &[("act", "save"), ("text", "age >= 16 and homeless and learning_disability")]).await;
        let page = ann.get(saved.location()).await.text();
        assert!(page.contains("Everybody who meets this falls to a group that is tried earlier"), "{page}");
        assert!(page.contains("Diabetes mellitus (DM)\">") && page.contains(" people on it</option>"), "{page}");
    }
}

on_both! {
    async fn what_is_typed_is_text_and_never_markup(portal) {
        let portal = loaded(portal);
        let mut ann = commissioner(&portal, "ann@example.org").await;
        let draft = drafted(&mut ann, "LD").await;
        let evil = "</textarea><script>alert(1)</script>\" onload=x";
        for page in [
            edit(&mut ann, &draft, &[("act", "save"), ("text", evil)]).await.text(),
            ann.get(&format!("{draft}/edit")).await.text(),
            ann.post(&format!("{draft}/live"), &[("text", evil)]).await.text(),
            edit(&mut ann, &draft, &[("act", "add-register"), ("text", "dementia"), ("condition_codes", evil)]).await.text(),
        ] {
            assert!(!page.contains("<script>alert") && !page.contains("\" onload"), "{page}");
        }
    }
}

on_both! {
    async fn a_text_of_ones_own_saved_in_another_window_is_called_ones_own(portal) {
        let portal = loaded(portal);
        let mut ann = commissioner(&portal, "ann@example.org").await;
        let draft = drafted(&mut ann, "LD").await;
        let other = ann.get(&format!("{draft}/edit")).await;
        let first = [("act", "save"), ("text", "age >= 18 and learning_disability")];
        assert_eq!(edit(&mut ann, &draft, &first).await.status, StatusCode::SEE_OTHER);
        let stale = send(&mut ann, &draft, &other, &[("act", "save"), ("text", "learning_disability")]).await;
        assert_eq!(stale.status, StatusCode::CONFLICT);
        let text = stale.text();
        assert!(text.contains("You changed this in another window") && !text.contains("somebody else"), "{text}");
        assert!(text.contains(&format!("href=\"{draft}\"")) && text.contains("Keep this one"), "{text}");
        let (key, version) = (stale.field("key"), stale.field("version"));
        let mine = [("key", &*key), ("version", &*version), ("act", "save"), ("text", "learning_disability")];
        assert_eq!(ann.post(&format!("{draft}/edit"), &mine).await.status, StatusCode::SEE_OTHER);
    }
}
