//! `/petitions/together`: choosing the petitions that are approved together; `/petitions/batches/{ref}`: what became of
//! each.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::json;

use super::form::LONGEST_CASE;
use super::found::{Found, find_within};
use super::petition::ReasonCode;
use super::together::{LeftOut, MOST, UnderReview, approve_each, begin, claim, under_review};
use crate::access::{Commissioner, Who};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::once::{fresh_key, once};
use crate::page::{Choice, Chrome, Mistakes, filters, see_other, show, show_as, typed};
use crate::people::identified_text::{Caught, Clear, Said, Typed, look};
use crate::people::identifiers::About;
use crate::people::scope::Scope;
use crate::schema::{petition_batches, petition_decisions, petitions};

/// What is chosen and said, as typed.
#[derive(Clone, Debug, Default)]
pub struct TogetherForm {
    /// `CG-7K3F92QD:4`: reference and the version that was seen.
    chosen: Vec<String>,
    reason_code: String,
    words: String,
    /// `yes` once the number of people was shown.
    sure: String,
    key: String,
    said: Said,
}

impl TogetherForm {
    fn of(fields: Vec<(String, String)>) -> TogetherForm {
        let mut form = TogetherForm::default();
        for (name, value) in fields {
            match name.as_str() {
                "petition" => form.chosen.push(value),
                "reason_code" => form.reason_code = value,
                "words" => form.words = value,
                "sure" => form.sure = value,
                "key" => form.key = value,
                other => {
                    form.said.take(other, &value);
                }
            }
        }
        form
    }

    /// The fields, to be sent again.
    fn fields(&self) -> Vec<(String, String)> {
        let mut fields: Vec<(String, String)> =
            self.chosen.iter().map(|one| ("petition".to_owned(), one.clone())).collect();
        for (name, value) in
            [("reason_code", &self.reason_code), ("words", &self.words), ("sure", &self.sure)]
        {
            fields.push((name.to_owned(), value.clone()));
        }
        fields
    }

    fn chosen(&self) -> Vec<(String, i64)> {
        let read = |text: &String| {
            let (reference, version) = text.split_once(':')?;
            Some((reference.to_owned(), version.parse().ok()?))
        };
        let most = usize::try_from(MOST).unwrap_or(usize::MAX);
        self.chosen.iter().filter_map(read).take(most).collect()
    }

    fn check(&self, now: Now) -> Result<(ReasonCode, Clear), Caught> {
        let mut mistakes = Mistakes::new();
        if self.chosen().is_empty() {
            mistakes.add("petition", "Choose at least one petition");
        }
        let code = ReasonCode::from_word(&self.reason_code);
        let code = code.filter(|code| ReasonCode::of(true).contains(code));
        let code = mistakes.note("reason_code", code.ok_or("Choose the reason"));
        let words =
            mistakes.note("words", typed::required_text("Words to the GPs", &self.words, LONGEST_CASE));
        let (Some(code), Some(words), true) = (code, words, mistakes.is_empty()) else {
            return Err(Caught::Mend(mistakes));
        };
        let typed = [Typed::new("words", "Words to the GPs", &words)];
        Ok((code, look(&typed, &About::default(), now.today, &self.said)?))
    }
}

#[derive(Template)]
#[template(path = "petitions/together.html")]
struct TogetherPage {
    chrome: Chrome,
    ready: Vec<Found>,
    others: Vec<(Found, String)>,
    form: TogetherForm,
    mistakes: Mistakes,
    today: NaiveDate,
    key: String,
}

impl TogetherPage {
    fn value(&self, found: &Found) -> String {
        format!("{}:{}", found.petition.reference, found.petition.version)
    }

    fn is_chosen(&self, found: &Found) -> bool {
        self.form.chosen.contains(&self.value(found))
    }

    fn codes(&self) -> Vec<Choice> {
        let blank = Choice::new("", "Choose a reason");
        let each = ReasonCode::of(true).into_iter().map(|code| Choice::new(code.word(), code.label()));
        [blank].into_iter().chain(each).collect()
    }

    fn clock(&self, found: &Found) -> String {
        super::words::clock(found, self.today).unwrap_or_default()
    }
}

/// How many people will be moved, before it is done.
#[derive(Template)]
#[template(path = "petitions/together-sure.html")]
struct SurePage {
    chrome: Chrome,
    chosen: Vec<Found>,
    today: NaiveDate,
    words: String,
    code: ReasonCode,
    fields: Vec<(String, String)>,
    key: String,
}

impl SurePage {
    /// When they take effect, in a sentence.
    fn when(&self) -> String {
        let is_due = |found: &&Found| found.petition.effective_on.is_none_or(|day| day <= self.today);
        match (self.chosen.iter().filter(is_due).count(), self.chosen.len()) {
            (1, 1) => "It takes effect today.".into(),
            (0, 1) => "It takes effect on the date asked for.".into(),
            (due, all) if due == all => "All take effect today.".into(),
            (0, _) => "Each takes effect on the date asked for.".into(),
            (due, all) => format!("{due} of {all} take effect today, the others on the dates asked for."),
        }
    }
}

fn page(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    form: TogetherForm,
    mistakes: Mistakes,
) -> Result<TogetherPage, Error> {
    let UnderReview { ready, others } = under_review(conn, who, now)?;
    let (chrome, today, key) = (who.chrome(), now.today, fresh_key());
    Ok(TogetherPage { chrome, ready, others, form, mistakes, today, key })
}

pub async fn form(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    now: Now,
) -> Result<HttpResponse, Error> {
    let by = who.clone();
    let read = move |conn: &mut Conn| page(conn, &by, now, TogetherForm::default(), Mistakes::new());
    let page = database.read(read).await?;
    record_listed(&database, &who, now, page.ready.iter().chain(page.others.iter().map(|(one, _)| one)))
        .await?;
    show(&page)
}

async fn record_listed(
    database: &Database,
    who: &Who,
    now: Now,
    listed: impl Iterator<Item = &Found>,
) -> Result<(), Error> {
    let subjects: Vec<Subject> = listed.map(|found| Subject::person(&found.person.pseudonym)).collect();
    let actor = who.actor.clone();
    database
        .write(move |conn| {
            audit::record(conn, now.moment, &actor, Verb::PetitionsListed, &subjects, json!({}))
        })
        .await
}

pub async fn approve(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    now: Now,
    form: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let form = TogetherForm::of(form.into_inner());
    let (code, clear) = match form.check(now) {
        Ok(checked) => checked,
        Err(Caught::Ask(found)) => {
            return found.ask(&who, "/petitions/together", "/petitions/together", form.fields());
        }
        Err(Caught::Mend(mistakes)) => {
            let read = move |conn: &mut Conn| page(conn, &who, now, form, mistakes);
            return show_as(StatusCode::UNPROCESSABLE_ENTITY, &database.read(read).await?);
        }
    };
    if form.sure != "yes" {
        return sure(&who, &database, now, form, code, &clear).await;
    }
    let (by, chosen, key) = (who.clone(), form.chosen(), form.key.clone());
    let (all, made) = (chosen.clone(), clear.clone());
    let begun = move |conn: &mut Conn| {
        let begun = |conn: &mut Conn| {
            let reference = begin(conn, &by, now, all.len())?;
            made.record(conn, now, &by, &[Subject::petition(&reference)])?;
            Ok(reference)
        };
        let reference = once(conn, now.moment, by.user_id, &key, begun)?;
        let is_ours = claim(conn, &reference, &all)?;
        Ok((reference, is_ours))
    };
    let (batch, is_ours) = database.write(begun).await?;
    if is_ours {
        approve_each(&database, &who, now, &batch, chosen, (code, clear.text("words"))).await?;
    }
    Ok(see_other(format!("/petitions/batches/{batch}")))
}

async fn sure(
    who: &Who,
    database: &Database,
    now: Now,
    form: TogetherForm,
    code: ReasonCode,
    clear: &Clear,
) -> Result<HttpResponse, Error> {
    let (by, references) = (who.clone(), form.chosen());
    let read = move |conn: &mut Conn| {
        let scope = Scope::of(conn, &by, now.today)?;
        let each = references.iter().map(|(reference, _)| find_within(conn, &by, now, &scope, reference));
        each.collect::<Result<Vec<Found>, Error>>()
    };
    let chosen = database.read(read).await?;
    let words = clear.text("words");
    let mut fields = TogetherForm { words: words.clone(), sure: "yes".into(), ..form.clone() }.fields();
    for (name, value) in [
        ("identified", &form.said.identified),
        ("identified_why", &form.said.identified_why),
        ("identified_shown", &form.said.identified_shown),
    ] {
        fields.push((name.to_owned(), value.clone()));
    }
    let page =
        SurePage { chrome: who.chrome(), chosen, today: now.today, words, code, fields, key: fresh_key() };
    show(&page)
}

#[derive(Template)]
#[template(path = "petitions/batch.html")]
struct BatchPage {
    chrome: Chrome,
    reference: String,
    who: String,
    on: NaiveDate,
    approved: Vec<Found>,
    left_out: Vec<LeftOut>,
}

pub async fn done(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    now: Now,
    reference: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let by = who.clone();
    let read = move |conn: &mut Conn| batch_page(conn, &by, now, reference.into_inner());
    let page = database.read(read).await?;
    record_listed(&database, &who, now, page.approved.iter()).await?;
    show(&page)
}

fn batch_page(conn: &mut Conn, who: &Who, now: Now, reference: String) -> Result<BatchPage, Error> {
    let (organisation, left_out, by, on): (i64, String, String, NaiveDate) = petition_batches::table
        .filter(petition_batches::reference.eq(&reference))
        .select((
            petition_batches::organisation_id,
            petition_batches::left_out,
            petition_batches::who,
            petition_batches::decided_on,
        ))
        .first(conn)?;
    if organisation != who.organisation_id() {
        return Err(Error::NotFound);
    }
    let references: Vec<String> = petition_decisions::table
        .inner_join(petitions::table)
        .filter(petition_decisions::batch.eq(&reference))
        .order(petition_decisions::id)
        .select(petitions::reference)
        .load(conn)?;
    let scope = Scope::of(conn, who, now.today)?;
    let each = references.iter().map(|one| find_within(conn, who, now, &scope, one));
    let approved = each.collect::<Result<Vec<Found>, Error>>()?;
    let mut left_out: Vec<LeftOut> = match left_out.as_str() {
        "" => Vec::new(),
        text => serde_json::from_str(text).map_err(anyhow::Error::from)?,
    };
    left_out.retain(|one| !references.contains(&one.reference));
    Ok(BatchPage { chrome: who.chrome(), reference, who: by, on, approved, left_out })
}
