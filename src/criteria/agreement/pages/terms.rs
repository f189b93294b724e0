//! Proposing: the terms of a draft, checking them, and sending them to the networks.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::call::Call;
use super::{LONGEST, Text, what};
use crate::access::{Commissioner, Who};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::criteria::agreement::life::State;
use crate::criteria::agreement::proposal::hash_of;
use crate::criteria::agreement::proposing::{
    self, NotProposed, Terms, Unfinished, check_dates, keep as keep_terms, terms_of, unfinished,
};
use crate::criteria::agreement::seen::{Address, Agreement, Seen, path};
use crate::criteria::agreement::store::{self, carers};
use crate::criteria::overtaken::OvertakenPage;
use crate::criteria::store::State as VersionState;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::groups::schemes::store::before;
use crate::once::fresh_key;
use crate::page::typed::{self, required_day, required_text};
use crate::page::{
    Chrome, Difference, Mistakes, NavItem, StalePage, TypedDate, filters, long_day, see_other, show, show_as,
};
use crate::people::identified_text::{Caught, Found, Said, Typed, fields, look};
use crate::people::identifiers::About;

/// The terms as typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct TermsForm {
    key: String,
    version: String,
    reason: String,
    equality_note: String,
    force_day: String,
    force_month: String,
    force_year: String,
    answer_by_day: String,
    answer_by_month: String,
    answer_by_year: String,
    #[serde(flatten)]
    said: Said,
}

impl TermsForm {
    fn of(terms: Terms) -> TermsForm {
        let force = TypedDate::of(terms.takes_force_on);
        let last = terms.answer_by.map(TypedDate::of).unwrap_or_default();
        TermsForm {
            reason: terms.reason,
            equality_note: terms.equality_note,
            force_day: force.day,
            force_month: force.month,
            force_year: force.year,
            answer_by_day: last.day,
            answer_by_month: last.month,
            answer_by_year: last.year,
            ..TermsForm::default()
        }
    }

    fn force(&self) -> TypedDate {
        TypedDate::new(&self.force_day, &self.force_month, &self.force_year)
    }

    fn answer_by(&self) -> TypedDate {
        TypedDate::new(&self.answer_by_day, &self.answer_by_month, &self.answer_by_year)
    }

    fn check(&self, conn: &mut Conn, now: Now, draft: &Draft) -> Result<Result<Terms, Mistakes>, Error> {
        let mut mistakes = Mistakes::new();
        let reason = mistakes.note("reason", required_text("Reason", &self.reason, LONGEST));
        let note = required_text("Equality note", &self.equality_note, LONGEST);
        let note = mistakes.note("equality_note", note);
        let on = mistakes.note("force", required_day("Date it takes force", &self.force()));
        let last = match draft.networks.is_empty() {
            true => mistakes.note("answer_by", self.answer_by().check("Last day to answer")),
            false => {
                mistakes.note("answer_by", required_day("Last day to answer", &self.answer_by()).map(Some))
            }
        };
        let dates = check_dates(conn, now.today, &draft.agreement.versions, on, last.flatten())?;
        if let Some(unfinished) = &draft.unfinished {
            mistakes.add("", unfinished.to_string());
        }
        for mistake in dates.iter() {
            mistakes.add(mistake.field.clone(), mistake.message.clone());
        }
        Ok(match (reason, note, on, last) {
            (Some(reason), Some(equality_note), Some(takes_force_on), Some(answer_by))
                if mistakes.is_empty() =>
            {
                Ok(Terms { reason, equality_note, takes_force_on, answer_by })
            }
            _ => Err(mistakes),
        })
    }
}

/// A draft that can be proposed. The proposal of a version that has none yet is the version alone.
struct Draft {
    seen: Seen,
    agreement: Agreement,
    /// Whether the draft has a proposal's row.
    kept: bool,
    /// Networks that will be asked.
    networks: Vec<String>,
    /// What has to be mended first.
    unfinished: Option<Unfinished>,
}

impl Draft {
    /// Of what is no draft the version as it is now.
    fn still(
        conn: &mut Conn,
        who: &Who,
        now: Now,
        address: &Address,
    ) -> Result<Result<Draft, Box<Seen>>, Error> {
        let mut seen = Seen::of(conn, who, now, address)?;
        if seen.version.state != VersionState::Draft {
            return Ok(Err(Box::new(seen)));
        }
        let kept = seen.agreement.is_some();
        let agreement = match seen.agreement.take() {
            Some(agreement) => agreement,
            None => Agreement {
                proposal: super::super::proposal::Proposal::blank(seen.locality.id),
                versions: vec![seen.version.clone()],
                asks: Vec::new(),
                scheme_before: match seen.version.is_scheme() {
                    true => Some(before(conn, &seen.version)?),
                    false => None,
                },
            },
        };
        let networks = carers(conn, seen.locality.id, &agreement.groups(), now.today)?;
        let networks = networks.into_iter().map(|(_, name)| name).collect();
        let unfinished = unfinished(conn, now.today, &agreement.versions)?;
        Ok(Ok(Draft { networks, seen, agreement, kept, unfinished }))
    }

    fn path(&self) -> String {
        format!("{}/proposal", self.seen.path())
    }
}

#[derive(Template)]
#[template(path = "criteria/terms.html")]
struct FormPage {
    chrome: Chrome,
    mistakes: Mistakes,
    draft: Draft,
    form: TermsForm,
    key: String,
}

impl FormPage {
    fn new(who: &Who, draft: Draft, form: TermsForm, mistakes: Mistakes) -> FormPage {
        FormPage { chrome: who.chrome(), mistakes, draft, form, key: fresh_key() }
    }

    /// Where what is not finished is mended.
    fn edit(&self, unfinished: &Unfinished) -> String {
        format!("{}/edit", path(&self.draft.seen.locality.code, &unfinished.version))
    }

    fn answer_label(&self) -> &'static str {
        match self.draft.networks.is_empty() {
            true => "Last day to answer (optional)",
            false => "Last day to answer",
        }
    }
}

pub async fn form(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    now: Now,
    address: web::Path<Address>,
) -> Result<HttpResponse, Error> {
    let call = Call::new(who, database, now, address);
    match call.read(Draft::still).await? {
        Ok(draft) => {
            let form = terms_of(&draft.agreement.proposal).map(TermsForm::of).unwrap_or_default();
            show(&FormPage::new(&call.who, draft, form, Mistakes::new()))
        }
        Err(seen) => Ok(see_other(seen.path())),
    }
}

/// Why terms were not kept.
enum NotKept {
    Mistaken(Mistakes),
    Stale,
    Identified(Box<Found>),
}

/// Keeps the terms with the draft and goes on to check them.
pub async fn keep(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    now: Now,
    address: web::Path<Address>,
    form: web::Form<TermsForm>,
) -> Result<HttpResponse, Error> {
    let (call, form) = (Call::new(who, database, now, address), form.into_inner());
    let sent = form.clone();
    let work = move |conn: &mut Conn, by: &Who, now: Now, of: &Address| keep_form(conn, now, by, of, &sent);
    let unsaved = match call.save(&form.key, work).await? {
        Ok(path) => return Ok(see_other(path)),
        Err(unsaved) => unsaved,
    };
    let who = &call.who;
    let draft = match call.read(Draft::still).await? {
        Ok(draft) => draft,
        Err(seen) => return frozen(who, &seen, form),
    };
    match unsaved {
        NotKept::Mistaken(mistakes) => {
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &FormPage::new(who, draft, form, mistakes))
        }
        NotKept::Identified(found) => found.ask(who, draft.path(), draft.path(), fields(&form)),
        NotKept::Stale => stale(who, draft, &form),
    }
}

fn keep_form(
    conn: &mut Conn,
    now: Now,
    who: &Who,
    address: &Address,
    form: &TermsForm,
) -> Result<Result<String, NotKept>, Error> {
    let Ok(draft) = Draft::still(conn, who, now, address)? else { return Ok(Err(NotKept::Stale)) };
    let terms = match form.check(conn, now, &draft)? {
        Ok(terms) => terms,
        Err(mistakes) => return Ok(Err(NotKept::Mistaken(mistakes))),
    };
    if form.version.parse() != Ok(draft.agreement.proposal.version) {
        return Ok(Err(NotKept::Stale));
    }
    let typed = [
        Typed::new("reason", "Reason", &terms.reason),
        Typed::new("equality_note", "Equality note", &terms.equality_note),
    ];
    let clear = match look(&typed, &About::default(), now.today, &form.said) {
        Ok(clear) => clear,
        Err(Caught::Mend(mistakes)) => return Ok(Err(NotKept::Mistaken(mistakes))),
        Err(Caught::Ask(found)) => return Ok(Err(NotKept::Identified(found))),
    };
    let (reason, equality_note) = (clear.text("reason"), clear.text("equality_note"));
    let form = TermsForm { reason, equality_note, said: Said::default(), ..form.clone() };
    let (reason, equality_note) = (form.reason.clone(), form.equality_note.clone());
    let terms = Terms { reason, equality_note, ..terms };
    let proposal = match draft.kept {
        true => draft.agreement.proposal.clone(),
        false => store::of_draft(conn, now.recorded(), &who.actor, &draft.seen.version)?,
    };
    if !keep_terms(conn, &proposal, proposal.version, &terms)? {
        return Ok(Err(NotKept::Stale));
    }
    let subjects = [Subject::proposal(&proposal.reference), Subject::locality(&draft.seen.locality.code)];
    let details = typed::in_audit(&form);
    audit::record(
        conn,
        now.moment,
        &who.actor,
        Verb::CriteriaTermsKept,
        &subjects,
        json!({ "terms": details }),
    )?;
    clear.record(conn, now, who, &subjects)?;
    Ok(Ok(format!("{}/check", draft.path())))
}

/// A date as typed, in words where it is one.
fn day(date: TypedDate) -> String {
    let typed = |date: TypedDate| [date.day, date.month, date.year].join(" ").trim().to_owned();
    date.check("").ok().flatten().map_or_else(|| typed(date), long_day)
}

/// Somebody proposed it first: the terms that had been typed.
fn frozen(who: &Who, seen: &Seen, form: TermsForm) -> Result<HttpResponse, Error> {
    let (force, last) = (day(form.force()), day(form.answer_by()));
    let written = vec![
        ("Reason", form.reason),
        ("Equality note", form.equality_note),
        ("Date it takes force", force),
        ("Last day to answer", last),
    ];
    let outcome = "so your terms were not kept";
    OvertakenPage::new(who, seen.called(), &seen.version, outcome).written(written).answer()
}

fn stale(who: &Who, draft: Draft, form: &TermsForm) -> Result<HttpResponse, Error> {
    let theirs = terms_of(&draft.agreement.proposal);
    let text = |field: fn(&Terms) -> String| theirs.as_ref().map(field).unwrap_or_default();
    let fields = vec![
        Difference::new("Reason", &form.reason, text(|terms| terms.reason.clone())),
        Difference::new("Equality note", &form.equality_note, text(|terms| terms.equality_note.clone())),
        Difference::new("Takes force on", day(form.force()), text(|terms| long_day(terms.takes_force_on))),
        Difference::new(
            "Last day to answer",
            day(form.answer_by()),
            text(|terms| terms.answer_by.map(long_day).unwrap_or_default()),
        ),
    ];
    StalePage {
        chrome: who.chrome(),
        area: NavItem { label: "Criteria", href: "/criteria" },
        what: format!("The proposal of {}", draft.seen.title()),
        fields,
        action: draft.path(),
        typed: typed::fields(form),
        version: draft.agreement.proposal.version,
        record: format!("{}/check", draft.path()),
        key: String::new(),
    }
    .answer()
}

#[derive(Template)]
#[template(path = "criteria/check.html")]
struct CheckPage {
    chrome: Chrome,
    mistakes: Mistakes,
    draft: Draft,
    terms: Terms,
    texts: Vec<Text>,
    /// Titles and pages of what is withdrawn once it takes force: criteria of groups that its scheme retires.
    withdrawn: Vec<(String, String)>,
    hash: String,
    key: String,
}

/// Why there is nothing to check.
enum Unchecked {
    /// Its terms are not complete: where they are entered.
    NoTerms(String),
    /// No draft any more.
    Frozen(Box<Seen>),
}

impl CheckPage {
    fn of(
        conn: &mut Conn,
        who: &Who,
        now: Now,
        address: &Address,
    ) -> Result<Result<CheckPage, Unchecked>, Error> {
        let draft = match Draft::still(conn, who, now, address)? {
            Ok(draft) => draft,
            Err(seen) => return Ok(Err(Unchecked::Frozen(seen))),
        };
        let Some(terms) = terms_of(&draft.agreement.proposal) else {
            return Ok(Err(Unchecked::NoTerms(draft.path())));
        };
        let (force, last) = (Some(terms.takes_force_on), terms.answer_by);
        let mut mistakes = check_dates(conn, now.today, &draft.agreement.versions, force, last)?;
        if let Some(unfinished) = &draft.unfinished {
            mistakes.add("", unfinished.to_string());
        }
        Ok(Ok(CheckPage {
            chrome: who.chrome(),
            mistakes,
            texts: Text::all((&draft.seen.locality.code, &draft.seen.names), &draft.agreement)?,
            withdrawn: super::withdrawn_by(conn, &draft.seen.locality, &draft.agreement)?,
            hash: hash_of(&draft.agreement.versions),
            terms,
            draft,
            key: fresh_key(),
        }))
    }

    fn what(&self) -> String {
        what(&self.draft.agreement)
    }
}

pub async fn check(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    now: Now,
    address: web::Path<Address>,
) -> Result<HttpResponse, Error> {
    match Call::new(who, database, now, address).read(CheckPage::of).await? {
        Ok(page) => show(&page),
        Err(Unchecked::NoTerms(terms)) => Ok(see_other(terms)),
        Err(Unchecked::Frozen(seen)) => Ok(see_other(seen.path())),
    }
}

/// What is proposed: the texts and terms that were looked at.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SendForm {
    key: String,
    version: String,
    hash: String,
}

pub async fn send(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    now: Now,
    address: web::Path<Address>,
    form: web::Form<SendForm>,
) -> Result<HttpResponse, Error> {
    let (call, form) = (Call::new(who, database, now, address), form.into_inner());
    let sent = form.clone();
    let work = move |conn: &mut Conn, by: &Who, now: Now, of: &Address| {
        let Ok(draft) = Draft::still(conn, by, now, of)? else { return Ok(Err(NotProposed::Stale)) };
        let bound = (sent.version.parse().unwrap_or(0), sent.hash.as_str());
        let locality = &draft.seen.locality;
        let proposed = proposing::propose(conn, now, &by.actor, locality, &draft.agreement, bound)?;
        Ok(proposed.map(|()| format!("{}/sent", draft.path())))
    };
    let refused = match call.save(&form.key, work).await? {
        Ok(path) => return Ok(see_other(path)),
        Err(refused) => refused,
    };
    let page = call.read(CheckPage::of).await?;
    let who = &call.who;
    match (refused, page) {
        (NotProposed::Terms(mistakes), Ok(page)) => {
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &CheckPage { mistakes, ..page })
        }
        (NotProposed::Stale, Ok(page)) => {
            show_as(StatusCode::CONFLICT, &ChangedPage { chrome: who.chrome(), now: page, hash: form.hash })
        }
        (_, Err(Unchecked::Frozen(seen))) => {
            let outcome = "so it was not proposed a second time";
            OvertakenPage::new(who, seen.called(), &seen.version, outcome).answer()
        }
        (_, Err(Unchecked::NoTerms(terms))) => Err(Error::conflict(
            "The terms of this draft are not complete. Enter them first.",
            terms,
            "Go to its terms",
        )),
    }
}

/// The texts or terms are no longer those that were looked at: both hashes, and what they are now.
#[derive(Template)]
#[template(path = "criteria/changed.html")]
struct ChangedPage {
    chrome: Chrome,
    now: CheckPage,
    hash: String,
}

#[derive(Template)]
#[template(path = "criteria/sent.html")]
struct SentPage {
    chrome: Chrome,
    seen: Seen,
    today: chrono::NaiveDate,
}

/// The end of the journey: what was sent to whom, and what happens next.
pub async fn sent(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    now: Now,
    address: web::Path<Address>,
) -> Result<HttpResponse, Error> {
    let call = Call::new(who, database, now, address);
    let seen = call.read(Seen::of).await?;
    if seen.proposed()?.proposal.state != State::Proposed {
        return Err(Error::NotFound);
    }
    show(&SentPage { chrome: call.who.chrome(), seen, today: now.today })
}
