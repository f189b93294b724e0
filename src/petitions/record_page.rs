//! `/petitions/{ref}/record`: what of the record is wrong or missing, and what it should be. The criteria then say which
//! group is asked for.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::filing::{Grouped, Start, start_of};
use super::form_page::draft;
use super::found::{Found, locked};
use super::life::State;
use super::overtaken::{self, Unsaved};
use super::petition::Category;
use super::store;
use crate::access::{DraftsPetitions, Role, Who};
use crate::audit::{self, Verb};
use crate::clock::Now;
use crate::criteria::conditions::Condition;
use crate::criteria::facts::Flag;
use crate::database::{Conn, Database};
use crate::decisions::answer::{AnswerForm, Answered};
use crate::error::Error;
use crate::once::fresh_key;
use crate::page::{Choice, Chrome, Mistakes, save, see_other, show, show_as};
use crate::people::corrections::{self, Correctable, Value};
use crate::people::person::capital;
use crate::people::why::fact_words;
use crate::runs::again;

/// The fact the address names.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    fact: String,
}

#[derive(Template)]
#[template(path = "petitions/record.html")]
struct RecordPage {
    chrome: Chrome,
    found: Found,
    /// The fact chosen; none while it is to be chosen.
    fact: Option<Correctable>,
    /// What the register says of it, in words.
    said: String,
    form: AnswerForm,
    mistakes: Mistakes,
    key: String,
}

impl RecordPage {
    fn facts(&self) -> Vec<Choice> {
        let blank = Choice::new("", "Choose a fact");
        let each = |fact: Correctable| Choice::new(fact.word(), capital(fact_words(fact.word())));
        [blank].into_iter().chain(correctables().into_iter().map(each)).collect()
    }

    fn chosen(&self) -> &'static str {
        self.fact.map_or("", Correctable::word)
    }

    fn what(&self) -> String {
        self.fact.map(|fact| capital(fact_words(fact.word()))).unwrap_or_default()
    }

    fn is_count(&self) -> bool {
        matches!(self.fact, Some(Correctable::LtcCount | Correctable::UnplannedAdmissions))
    }

    fn is_list(&self) -> bool {
        self.fact == Some(Correctable::Conditions)
    }

    fn yes_or_no(&self) -> Vec<Choice> {
        vec![Choice::new("yes", "Yes"), Choice::new("no", "No")]
    }

    fn registers(&self) -> Vec<Choice> {
        Condition::ALL.into_iter().map(|one| Choice::new(one.code(), one.name())).collect()
    }
}

fn correctables() -> Vec<Correctable> {
    let mut all: Vec<Correctable> = vec![Correctable::Conditions, Correctable::LtcCount];
    all.extend(Flag::ALL.into_iter().map(Correctable::Flag));
    all.push(Correctable::UnplannedAdmissions);
    all
}

/// The form as it is first shown: what the draft says, or what the register says.
fn first(found: &Found, fact: Option<Correctable>, said: Option<Value>) -> AnswerForm {
    let drafted = found.petition.fact_value().filter(|_| found.petition.fact() == fact);
    let mut form = AnswerForm::default();
    match (drafted, said) {
        (Some(Value::Flag(_, yes)), _) => form.answer = if yes { "yes" } else { "no" }.into(),
        (Some(Value::LtcCount(count)), _) => form.count = count.to_string(),
        (Some(Value::UnplannedAdmissions(count)), _) => form.count = count.to_string(),
        (Some(Value::Conditions(set)), _) | (None, Some(Value::Conditions(set))) => {
            form.conditions = set.iter().map(|one| one.code().to_owned()).collect();
        }
        _ => {}
    }
    form
}

fn page(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    (reference, fact): (&str, Option<Correctable>),
    typed: Option<(AnswerForm, Mistakes)>,
) -> Result<RecordPage, Error> {
    let (found, _) = draft(conn, who, now, reference)?;
    let said = match fact {
        Some(fact) => {
            corrections::register_value(conn, found.person.id, fact)?.and_then(|text| fact.read(&text))
        }
        None => None,
    };
    let (form, mistakes) = typed.unwrap_or_else(|| (first(&found, fact, said), Mistakes::new()));
    let said = said.map_or_else(|| "not known".into(), Value::in_words);
    Ok(RecordPage { chrome: who.chrome(), found, fact, said, form, mistakes, key: fresh_key() })
}

pub async fn form(
    DraftsPetitions(who): DraftsPetitions,
    database: web::Data<Database>,
    now: Now,
    reference: web::Path<String>,
    wanted: web::Query<Wanted>,
) -> Result<HttpResponse, Error> {
    let fact = Correctable::from_word(&wanted.fact);
    let read = move |conn: &mut Conn| {
        let drafted = store::named(conn, &reference)?.fact();
        page(conn, &who, now, (&reference, fact.or(drafted)), None)
    };
    show(&database.read(read).await?)
}

pub async fn keep(
    DraftsPetitions(who): DraftsPetitions,
    database: web::Data<Database>,
    now: Now,
    reference: web::Path<String>,
    form: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    let (fields, reference) = (form.into_inner(), reference.into_inner());
    let field = |name: &str| fields.iter().find(|(each, _)| each == name).map(|(_, value)| value.clone());
    let fact = Correctable::from_word(&field("fact").unwrap_or_default());
    let version = field("version").unwrap_or_default();
    let form = AnswerForm::of(fields);
    let (by, sent, of) = (who.clone(), form.clone(), reference.clone());
    let keeping = move |conn: &mut Conn| keep_fact(conn, &by, now, &of, (fact, &sent, &version));
    match save(&database, now, &who, &form.key, keeping).await? {
        Ok(address) => Ok(see_other(address)),
        Err(Unsaved::Mistaken(mistakes)) => {
            let typed = Some((form, mistakes));
            let read = move |conn: &mut Conn| page(conn, &who, now, (&reference, fact), typed);
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &database.read(read).await?)
        }
        Err(Unsaved::Identified(found)) => {
            let page = format!("/petitions/{reference}/record");
            found.ask(&who, page.clone(), page, Vec::new())
        }
        Err(Unsaved::Refused(found, refusal)) => {
            overtaken::answer(&who, *found, refusal, vec![("What it should be", form.in_words())])
        }
    }
}

fn keep_fact(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    reference: &str,
    (fact, form, version): (Option<Correctable>, &AnswerForm, &str),
) -> Result<Result<String, Unsaved>, Error> {
    let found = locked(conn, who, now, reference)?;
    if found.petition.state != State::Draft || version.parse() != Ok(found.petition.version) {
        return Ok(Err(Unsaved::stale(found)));
    }
    let Some(fact) = fact else {
        return Ok(Err(Mistakes::of_one("fact", "Choose the fact that is wrong or missing").into()));
    };
    let value = match form.check(fact) {
        Ok(Answered::Value(value)) => value,
        Ok(Answered::NotKnown) => {
            return Ok(Err(Mistakes::of_one("answer", "Say what the record should be").into()));
        }
        Err(mistakes) => return Ok(Err(mistakes.into())),
    };
    let start = start_of(conn, who, now, found.person.id)?;
    let Some(grouped) = start.grouped.clone() else { return Err(Error::NotFound) };
    let said = corrections::register_value(conn, found.person.id, fact)?;
    let to_group = match leads_to(conn, who, &start, &grouped, value)? {
        Ok(group) => group,
        Err(sentence) => return Ok(Err(Mistakes::of_one(field_of(fact), sentence).into())),
    };
    let kept = (fact, said.as_deref(), value);
    if !store::change_fact(conn, &found.petition, who.user_id, kept, &to_group)? {
        return Ok(Err(Unsaved::stale(found)));
    }
    let subjects = found.subjects();
    let category = Category::RecordWrong.word();
    let details = serde_json::json!({ "category": category, "fact": fact.word(), "value": value.text(), "to_group": to_group });
    audit::record(conn, now.moment, &who.actor, Verb::PetitionChanged, &subjects, details)?;
    Ok(Ok(format!("/petitions/{reference}/check")))
}

/// The field a fact's value is typed in.
fn field_of(fact: Correctable) -> &'static str {
    match fact {
        Correctable::Flag(_) => "answer",
        Correctable::Conditions => "conditions",
        Correctable::LtcCount | Correctable::UnplannedAdmissions => "count",
    }
}

/// The group the criteria give with a fact corrected, or why there is nothing to petition for.
fn leads_to(
    conn: &mut Conn,
    who: &Who,
    start: &Start,
    grouped: &Grouped,
    value: Value,
) -> Result<Result<String, String>, Error> {
    let facts = again::facts_if(conn, &grouped.run, start.person.id, Some(value))?.ok_or(Error::NotFound)?;
    let rules = again::rules(conn, &grouped.run)?;
    let anew = again::place(&rules, &grouped.run, facts);
    let practice = matches!(who.role(), Role::Gp | Role::PracticeStaff);
    Ok(match anew.reason.group {
        Some(group) if Some(&group) != grouped.stands.group_code.as_ref() => Ok(group),
        Some(_) => Err(format!(
            "With this the criteria leave the person where they are, in {}. {}",
            start.group(grouped.stands.group_code.as_deref()),
            match practice {
                true => "Code it in your own system: no petition is needed",
                false => "The practice can code it in its own system: no petition is needed",
            }
        )),
        None => Err("With this the criteria would place the person in no group. Choose another reason for the petition, and the group".into()),
    })
}
