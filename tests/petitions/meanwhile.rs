//! What happens while a petition is open, and after: the person dies, leaves or moves, the criteria come to agree, dates
//! come, holds are looked at again.

use common_ground::people::register::published;
use common_ground::petitions::applying;
use common_ground::petitions::petition::Petition;
use common_ground::schema::{
    organisations, outgoing_mail, person_records, petition_events, petitions, register_state,
};

use super::*;

/// The register as it would be with one thing of a person changed, published as the next.
fn register(
    portal: &TestPortal,
    number: &str,
    practice: Option<&str>,
    died: Option<&str>,
    left: Option<&str>,
) {
    portal.write(|conn| {
        let now = published(conn)?;
        let person: i64 =
            people::table.filter(people::nhs_number.eq(number)).select(people::id).first(conn)?;
        let mut record: common_ground::people::record::Record = person_records::table
            .filter(person_records::person_id.eq(person).and(person_records::until_register.gt(now)))
            .select(common_ground::people::record::Record::as_select())
            .first(conn)?;
        diesel::update(
            person_records::table
                .filter(person_records::person_id.eq(person).and(person_records::until_register.gt(now))),
        )
        .set(person_records::until_register.eq(now + 1))
        .execute(conn)?;
        record.from_register = now + 1;
        record.died_on = died.map(|day| day.parse().unwrap());
        record.deducted_on = left.map(|day| day.parse().unwrap());
        if let Some(code) = practice {
            record.practice_id = organisations::table
                .filter(organisations::code.eq(code))
                .select(organisations::id)
                .first(conn)?;
        }
        common_ground::people::record::insert_records(conn, &[record])?;
        diesel::update(register_state::table).set(register_state::published.eq(now + 1)).execute(conn)?;
        Ok(())
    });
}

fn state(portal: &TestPortal, path: &str) -> String {
    let reference = path.rsplit('/').next().unwrap().to_owned();
    portal.read(|conn| {
        let row: (common_ground::petitions::life::State, Option<common_ground::petitions::life::Withdrawal>) =
            petitions::table
                .filter(petitions::reference.eq(reference))
                .select((petitions::state, petitions::withdrawal))
                .first(conn)?;
        Ok(row.1.map_or_else(|| row.0.word().to_owned(), |why| format!("{} {}", row.0.word(), why.word())))
    })
}

on_both! {
    async fn death_and_leaving_end_a_petition_and_are_told(portal) {
        let portal = cared_for(portal);
        let mut all = Parties::of(&portal).await;
        let path = submitted(&portal, &mut all.gp).await;
        portal.work().await;
        assert_eq!(state(&portal, &path), "with_provider");
        register(&portal, HEALTHY, None, Some("2015-04-01"), None);
        portal.work().await;
        assert_eq!(state(&portal, &path), "withdrawn died");
        let page = all.first.get(&path).await.text();
        assert!(page.contains("Ended: the person has died"), "{page}");
        let other = "9990001030";
        let path = draft(&mut all.gp, &pseudonym(&portal, other), "SEMI").await;
        done(&mut all.gp, &format!("{path}/check"), &[]).await;
        register(&portal, other, Some("E87004"), None, None);
        portal.work().await;
        assert_eq!(state(&portal, &path), "withdrawn left", "a practice of another locality");
    }
}

on_both! {
    async fn a_petition_follows_the_person_if_the_new_practice_consents(portal) {
        let portal = cared_for(portal);
        let mut all = Parties::of(&portal).await;
        let path = submitted(&portal, &mut all.gp).await;
        opined(&mut all.first, &mut all.second, &path).await;
        let mut new = signed_in(&portal, Role::Gp, "E87002").await;
        assert_eq!(new.get(&path).await.status, StatusCode::NOT_FOUND);
        let facts = "register import";
        assert!(all.gp.get(&path).await.text().contains(facts));
        register(&portal, HEALTHY, Some("E87002"), None, None);
        portal.work().await;
        assert!(!all.gp.get(&path).await.text().contains(facts), "the person is no longer theirs");
        assert!(new.get(&path).await.text().contains(facts));
        let waiting = all.commissioner.get(&format!("{path}/decide")).await.text();
        assert!(waiting.contains("has to consent first"), "{waiting}");
        let decide = format!("{path}/decide");
        let too_soon = send(&mut all.commissioner, &decide, &decide, GRANTED).await;
        assert_eq!(too_soon.status, StatusCode::CONFLICT, "{}", too_soon.text());
        let former = all.gp.get(&format!("{path}/consent")).await;
        assert_eq!(former.status, StatusCode::FORBIDDEN, "{}", former.text());
        done(&mut new, &format!("{path}/consent"), &[("choice", "consent")]).await;
        done(&mut all.commissioner, &decide, GRANTED).await;
        assert_eq!(stands(&portal, HEALTHY).0, Some("SEMI".into()));
        assert_eq!(all.gp.get(&path).await.status, StatusCode::NOT_FOUND, "it is the new practice's now");
    }
}

on_both! {
    async fn the_new_practice_may_decline_with_a_reason(portal) {
        let portal = cared_for(portal);
        let mut all = Parties::of(&portal).await;
        let path = submitted(&portal, &mut all.gp).await;
        register(&portal, HEALTHY, Some("E87002"), None, None);
        portal.work().await;
        let mut new = signed_in(&portal, Role::Gp, "E87002").await;
        let consent = format!("{path}/consent");
        let silent = send(&mut new, &consent, &consent, &[("choice", "decline")]).await;
        assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", silent.text());
        done(&mut new, &consent, &[("choice", "decline"), ("reason", "We see no need for it")]).await;
        assert_eq!(state(&portal, &path), "withdrawn practice_declined");
    }
}

on_both! {
    async fn an_approval_is_applied_on_its_date_and_not_to_somebody_who_has_gone(portal) {
        let portal = cared_for(portal);
        let mut all = Parties::of(&portal).await;
        let mut ahead = GRANTED.to_vec();
        ahead.iter_mut().filter(|field| field.0 == "effective_day").for_each(|field| field.1 = "8 4 2015");
        let mut paths = Vec::new();
        for number in [HEALTHY, "9990001030"] {
            let path = draft(&mut all.gp, &pseudonym(&portal, number), "SEMI").await;
            done(&mut all.gp, &format!("{path}/check"), &[]).await;
            opined(&mut all.first, &mut all.second, &path).await;
            done(&mut all.commissioner, &format!("{path}/decide"), &ahead).await;
            paths.push(path);
        }
        assert_eq!(stands(&portal, HEALTHY), (Some("HEALTHY_75".into()), false, "run".into()));
        register(&portal, "9990001030", None, Some("2015-04-03"), None);
        let late = portal.on("2015-04-08");
        late.work().await;
        assert_eq!(stands(&portal, HEALTHY), (Some("SEMI".into()), false, "petition".into()));
        assert_figures_agree(&portal, "LOC01");
        assert_eq!(stands(&portal, "9990001030").2, "run");
        let mut gp = late.signed_in("gp.e87001@example.org").await;
        let lapsed = gp.get(&paths[1]).await.text();
        assert!(lapsed.contains("The person had died by the date of effect"), "{lapsed}");
        let told: i64 = late.read(|conn| Ok(outgoing_mail::table.filter(outgoing_mail::letter.eq("petition_lapsed"))
            .count().get_result(conn)?));
        assert!(told >= 2, "the practice and the networks are told");
        late.work().await;
        assert_eq!(ledger(&portal, &paths[0]).len(), 1, "applied once");
    }
}

on_both! {
    async fn who_dies_on_the_date_of_effect_is_not_moved_and_two_servers_say_so_once(portal) {
        let portal = cared_for(portal);
        let mut all = Parties::of(&portal).await;
        let path = submitted(&portal, &mut all.gp).await;
        opined(&mut all.first, &mut all.second, &path).await;
        register(&portal, HEALTHY, None, Some("2015-04-01"), None);
        assert!(!all.gp.get(&format!("/people/{}", pseudonym(&portal, HEALTHY))).await.text().contains("/petitions/new"));
        done(&mut all.commissioner, &format!("{path}/decide"), GRANTED).await;
        assert_eq!(stands(&portal, HEALTHY).2, "run");
        let told = || portal.read(|conn| Ok(petition_events::table.count().get_result::<i64>(conn)?));
        let once = told();
        portal.write(|conn| {
            let petition = petitions::table.select(Petition::as_select()).first(conn)?;
            let now = portal.tools.clock.now();
            let again = applying::apply(conn, now, &common_ground::audit::Actor::service(), &petition)?;
            assert_eq!(again, applying::Applied::TooLate);
            Ok(())
        });
        assert_eq!(told(), once);
        assert!(all.gp.get(&path).await.text().contains("The person had died by the date of effect"));
    }
}

on_both! {
    async fn a_hold_is_kept_once_and_then_ended_and_the_next_run_places_the_person(portal) {
        let portal = cared_for(portal);
        let mut all = Parties::of(&portal).await;
        let path = submitted(&portal, &mut all.gp).await;
        opined(&mut all.first, &mut all.second, &path).await;
        done(&mut all.commissioner, &format!("{path}/decide"), GRANTED).await;
        let review = format!("{path}/review");
        assert_eq!(all.gp.get(&review).await.status, StatusCode::CONFLICT, "not yet due");
        let due = portal.on("2016-04-01");
        due.work().await;
        let mut gp = due.signed_in("gp.e87001@example.org").await;
        done(&mut gp, &review, &[("choice", "keep"), ("reason", "Still under the team")]).await;
        let kept = gp.get(&path).await.text();
        assert!(kept.contains("kept until 2 April 2017"), "{kept}");
        let later = portal.on("2017-04-02");
        let mut gp = later.signed_in("gp.e87001@example.org").await;
        let form = gp.get(&review).await.text();
        assert!(form.contains("kept once already") && !form.contains("value=\"keep\""), "{form}");
        done(&mut gp, &review, &[("choice", "end"), ("reason", "Discharged")]).await;
        assert_eq!(stands(&portal, HEALTHY).0, Some("SEMI".into()), "until the next run");
        group(&later, "LOC01", "2017-04-02".parse().unwrap());
        assert_eq!(stands(&portal, HEALTHY), (Some("HEALTHY_75".into()), false, "run".into()));
    }
}

on_both! {
    async fn a_hold_goes_with_the_person_and_their_new_practice_looks_at_it(portal) {
        let portal = cared_for(portal);
        let mut all = Parties::of(&portal).await;
        let path = submitted(&portal, &mut all.gp).await;
        opined(&mut all.first, &mut all.second, &path).await;
        done(&mut all.commissioner, &format!("{path}/decide"), GRANTED).await;
        register(&portal, HEALTHY, Some("E87002"), None, None);
        portal.work().await;
        portal.work().await;
        assert_eq!(all.gp.get(&path).await.status, StatusCode::NOT_FOUND, "no longer theirs");
        let mut new = signed_in(&portal, Role::Gp, "E87002").await;
        let moved = new.get(&path).await.text();
        assert_eq!(moved.matches("their new practice looks at the hold").count(), 1, "{moved}");
        let due = portal.on("2016-04-01");
        due.work().await;
        let mut new = due.signed_in("gp.e87002@example.org").await;
        done(&mut new, &format!("{path}/review"), &[("choice", "end"), ("reason", "Discharged")]).await;
        assert!(new.get(&path).await.text().contains("Discharged"));
    }
}

on_both! {
    async fn what_identifies_somebody_is_caught_before_it_is_stored(portal) {
        let portal = cared_for(portal);
        let mut all = Parties::of(&portal).await;
        let person = pseudonym(&portal, HEALTHY);
        let form = all.gp.get(&format!("/petitions/new?person={person}")).await;
        let key = form.field("key");
        let text = "Bram, 999 000 1014, rang from 020 7946 0018";
        let mut fields = filled(&key, "", &person, "SEMI");
        fields.iter_mut().filter(|field| field.0 == "case_text").for_each(|field| field.1 = text);
        let caught = all.gp.post("/petitions/new", &fields).await;
        assert_eq!(caught.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(caught.text().contains("<mark>Bram</mark>") && caught.text().contains("<mark>999 000 1014</mark>"), "{}", caught.text());
        let none: i64 = portal.read(|conn| Ok(petitions::table.count().get_result(conn)?));
        assert_eq!(none, 0, "nothing is stored");
        let key = caught.field("key");
        fields[0].1 = &key;
        fields.extend([("identified", "remove"), ("identified_shown", "yes")]);
        let sent = all.gp.post("/petitions/new", &fields).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
        let kept: String = portal.read(|conn| Ok(petitions::table.select(petitions::case_text).first(conn)?));
        assert_eq!(kept, "[removed], [removed], rang from [removed]");
    }
}
