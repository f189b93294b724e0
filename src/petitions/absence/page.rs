//! `/petitions/absence`: when the caller is away, and who sees to their petitions then.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::store::{self, Absence};
use crate::access::{ReadsPetitions, Who, say_done};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::mail::{self, About, Letter};
use crate::once::{fresh_key, once};
use crate::page::{
    Choice, Chrome, Mistakes, TypedDate, filters, long_day, save, see_other, show, show_as, typed,
};
use crate::petitions::assigning::{Colleague, members};

/// The longest absence, in days.
const LONGEST: u64 = 366;

/// An absence as typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct AbsenceForm {
    from_day: String,
    from_month: String,
    from_year: String,
    to_day: String,
    to_month: String,
    to_year: String,
    /// A user's reference.
    cover: String,
    key: String,
}

impl AbsenceForm {
    fn from(&self) -> TypedDate {
        TypedDate::new(&self.from_day, &self.from_month, &self.from_year)
    }

    fn to(&self) -> TypedDate {
        TypedDate::new(&self.to_day, &self.to_month, &self.to_year)
    }
}

#[derive(Template)]
#[template(path = "petitions/absence.html")]
struct AbsencePage {
    chrome: Chrome,
    role: &'static str,
    mine: Vec<Absence>,
    /// Those of colleagues, with whether the caller sees to what is theirs.
    others: Vec<(Absence, bool)>,
    colleagues: Vec<Colleague>,
    today: NaiveDate,
    form: AbsenceForm,
    mistakes: Mistakes,
    key: String,
}

impl AbsencePage {
    fn choices(&self) -> Vec<Choice> {
        let colleagues = self.colleagues.iter().map(|one| Choice::new(&one.reference, &one.name));
        std::iter::once(Choice::new("", "Choose a colleague")).chain(colleagues).collect()
    }
}

fn colleagues(conn: &mut Conn, who: &Who, now: Now) -> Result<Vec<Colleague>, Error> {
    let mut all = members(conn, who.organisation_id(), &[who.role()], now)?;
    all.retain(|one| one.id != who.user_id);
    Ok(all)
}

fn page(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    (form, mistakes): (AbsenceForm, Mistakes),
) -> Result<AbsencePage, Error> {
    let (mine, others): (Vec<Absence>, Vec<Absence>) =
        store::here(conn, who, now.today)?.into_iter().partition(|one| one.user_id == who.user_id);
    let covers = |one: Absence| {
        let is_mine = one.cover_id == who.user_id;
        (one, is_mine)
    };
    Ok(AbsencePage {
        chrome: who.chrome(),
        role: who.role().label(),
        mine,
        others: others.into_iter().map(covers).collect(),
        colleagues: colleagues(conn, who, now)?,
        today: now.today,
        form,
        mistakes,
        key: fresh_key(),
    })
}

pub async fn show_form(
    ReadsPetitions(who): ReadsPetitions,
    database: web::Data<Database>,
    now: Now,
) -> Result<HttpResponse, Error> {
    let fresh = (AbsenceForm::default(), Mistakes::new());
    show(&database.read(move |conn| page(conn, &who, now, fresh)).await?)
}

pub async fn add(
    ReadsPetitions(who): ReadsPetitions,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    form: web::Form<AbsenceForm>,
) -> Result<HttpResponse, Error> {
    let form = form.into_inner();
    let (by, sent) = (who.clone(), form.clone());
    let noting = move |conn: &mut Conn| keep(conn, &by, now, &sent);
    match save(&database, now, &who, &form.key, noting).await? {
        Ok(address) => {
            say_done(&session, "Your absence is noted.")?;
            Ok(see_other(address))
        }
        Err(mistakes) => {
            let page = database.read(move |conn| page(conn, &who, now, (form, mistakes))).await?;
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

fn keep(conn: &mut Conn, who: &Who, now: Now, form: &AbsenceForm) -> Result<Result<String, Mistakes>, Error> {
    let here = store::here(conn, who, now.today)?;
    let colleagues = colleagues(conn, who, now)?;
    let cover = colleagues.iter().find(|one| one.reference == form.cover);
    let mut mistakes = Mistakes::new();
    let from = mistakes.note("from", typed::required_day("First day", &form.from()));
    let to = mistakes.note("to", typed::required_day("Last day", &form.to()));
    let cover = mistakes.note("cover", cover.ok_or("Choose who sees to your petitions"));
    if let (Some(from), Some(to)) = (from, to) {
        for (field, sentence) in wrong(&here, who.user_id, now.today, (from, to)) {
            mistakes.add(field, sentence);
        }
        let away = |cover: &&Colleague| {
            here.iter().find(|one| one.user_id == cover.id && one.meets(from, to)).cloned()
        };
        if let Some(away) = cover.as_ref().and_then(away) {
            mistakes.add(
                "cover",
                format!("{} is away from {} to {}", away.name, long_day(away.from_on), long_day(away.to_on)),
            );
        }
    }
    let (Some(from), Some(to), Some(cover), true) = (from, to, cover, mistakes.is_empty()) else {
        return Ok(Err(mistakes));
    };
    let reference = store::add(conn, who, now, (from, to), cover.id)?;
    let about = About { reference, path: "/petitions/absence".into(), due: Some(from) };
    mail::queue(conn, now.moment, cover.id, Letter::CoverNamed, &about.to_string())?;
    let details = json!({ "from": from, "to": to, "cover": cover.name });
    let subjects = [Subject::user(&who.email), Subject::user(&cover.email)];
    audit::record(conn, now.moment, &who.actor, Verb::AbsenceNoted, &subjects, details)?;
    Ok(Ok("/petitions/absence".into()))
}

/// What is wrong with the days of an absence: field and sentence.
fn wrong(
    here: &[Absence],
    user_id: i64,
    today: NaiveDate,
    (from, to): (NaiveDate, NaiveDate),
) -> Vec<(&'static str, String)> {
    let mut wrong = Vec::new();
    if from < today {
        wrong.push(("from", format!("First day must be {} or later", long_day(today))));
    }
    if to < from {
        wrong.push(("to", format!("Last day must be {} or later", long_day(from))));
    } else if to > from + Days::new(LONGEST) {
        wrong.push(("to", "Last day must be within a year of the first".into()));
    }
    if let Some(other) = here.iter().find(|one| one.user_id == user_id && one.meets(from, to)) {
        let days = (long_day(other.from_on), long_day(other.to_on));
        wrong.push(("from", format!("You are away already from {} to {}", days.0, days.1)));
    }
    wrong
}

/// The form of a button: its key.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct EndForm {
    key: String,
}

pub async fn end(
    ReadsPetitions(who): ReadsPetitions,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    reference: web::Path<String>,
    form: web::Form<EndForm>,
) -> Result<HttpResponse, Error> {
    let key = form.into_inner().key;
    let ending = move |conn: &mut Conn| {
        once(conn, now.moment, who.user_id, &key, |conn| {
            store::end(conn, &who, now, &reference)?;
            let (subjects, details) = ([Subject::user(&who.email)], json!({ "absence": *reference }));
            audit::record(conn, now.moment, &who.actor, Verb::AbsenceEnded, &subjects, details)?;
            Ok("/petitions/absence".into())
        })
    };
    let address = database.write(ending).await?;
    say_done(&session, "Your absence is over. What is yours waits for you alone again.")?;
    Ok(see_other(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_days_of_an_absence_come_in_order_and_meet_no_other() {
        let other = Absence {
            reference: "AB-1".into(),
            user_id: 7,
            name: "Robin".into(),
            cover_id: 8,
            cover: "Kim".into(),
            from_on: day("2026-12-01"),
            to_on: day("2026-12-05"),
        };
        let fields = |user, from, to| -> Vec<&'static str> {
            let days = (day(from), day(to));
            wrong(std::slice::from_ref(&other), user, day("2026-11-24"), days)
                .iter()
                .map(|one| one.0)
                .collect()
        };
        assert!(fields(7, "2026-11-24", "2026-11-30").is_empty());
        assert_eq!(fields(7, "2026-11-24", "2026-12-01"), ["from"]);
        assert!(fields(8, "2026-11-24", "2026-12-01").is_empty());
        assert_eq!(fields(8, "2026-11-23", "2026-11-22"), ["from", "to"]);
        assert_eq!(fields(8, "2026-11-24", "2027-12-01"), ["to"]);
    }
}
