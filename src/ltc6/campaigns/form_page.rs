//! `/campaigns/new` and `/campaigns/{reference}/details`: a campaign is drafted and changed.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::checked::Checked;
use super::form::{CampaignForm, Offers, USUAL_RATE};
use super::store;
use super::width::{Width, widths};
use super::words::{Seen, seen};
use crate::access::{Commissioner, Who, say_done};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::groups::store::localities;
use crate::ltc6::campaign::{Delivery, State};
use crate::once::fresh_key;
use crate::page::{Choice, Chrome, Mistakes, NavItem, StalePage, Unsaved, save, see_other, show_as, typed};
use crate::people::scope::commissioned;

#[derive(Template)]
#[template(path = "ltc6/campaigns/form.html")]
struct FormPage {
    chrome: Chrome,
    mistakes: Mistakes,
    form: CampaignForm,
    /// The stored campaign; none of a new one.
    seen: Option<Seen>,
    localities: Vec<Choice>,
    networks: Vec<Choice>,
    deliveries: Vec<Choice>,
    widths: Vec<Width>,
    key: String,
}

impl FormPage {
    fn new(chrome: Chrome, offers: &Offers, seen: Option<Seen>, form: CampaignForm) -> FormPage {
        let several = offers.localities.len() > 1;
        let place = |id: i64| {
            let here = offers.localities.iter().find(|locality| locality.id == id);
            here.map_or("", |locality| locality.name.as_str())
        };
        let networks = offers.networks.iter().map(|(locality, _, code, name)| match several {
            true => Choice::new(code, format!("{name}, in {}", place(*locality))),
            false => Choice::new(code, name),
        });
        let everybody = Choice::new("", "Everybody the care teams of the locality support");
        FormPage {
            chrome,
            mistakes: Mistakes::new(),
            localities: offers.localities.iter().map(|each| Choice::new(&each.code, &each.name)).collect(),
            networks: std::iter::once(everybody).chain(networks).collect(),
            deliveries: Delivery::ALL
                .iter()
                .map(|each| Choice::new(each.word(), each.label()).hint(each.hint()))
                .collect(),
            widths: widths(form.wants(), form.rate()),
            seen,
            form,
            key: fresh_key(),
        }
    }

    fn action(&self) -> String {
        self.seen.as_ref().map_or_else(|| "/campaigns/new".into(), |seen| format!("{}/details", seen.path()))
    }

    fn is_drawn(&self) -> bool {
        self.seen.as_ref().is_some_and(Seen::is_drawn)
    }

    fn rate(&self) -> u64 {
        self.form.rate()
    }

    fn palliative(&self) -> bool {
        self.form.invites_palliative == "yes"
    }
}

fn offers(conn: &mut Conn, who: &Who, now: Now) -> Result<Offers, Error> {
    let here = commissioned(conn, who)?;
    Ok(Offers { localities: localities(conn, &here)?, networks: store::networks(conn, &here, now.today)? })
}

pub async fn new(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    now: Now,
) -> Result<HttpResponse, Error> {
    let chrome = who.chrome();
    let offers = database.read(move |conn| offers(conn, &who, now)).await?;
    let mut form = CampaignForm {
        delivery: Delivery::Letter.word().into(),
        want_none: "0".into(),
        ..Default::default()
    };
    form.rate = USUAL_RATE.to_string();
    if let [only] = &*offers.localities {
        form.locality.clone_from(&only.code);
    }
    show_as(StatusCode::OK, &FormPage::new(chrome, &offers, None, form))
}

/// Adds a draft, or works out how wide its intervals will be.
pub async fn add(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    form: web::Form<CampaignForm>,
) -> Result<HttpResponse, Error> {
    let form = form.into_inner();
    let (asker, sent) = (who.clone(), form.clone());
    let offered = database.read(move |conn| offers(conn, &asker, now)).await?;
    if form.act == "width" {
        return show_as(StatusCode::OK, &FormPage::new(who.chrome(), &offered, None, form));
    }
    let checked = form.check(&offered, None);
    let saved = match checked {
        Err(mistakes) => Err(Unsaved::Mistaken(mistakes)),
        Ok(new) => {
            let by = who.clone();
            save(&database, now, &who, &form.key, move |conn| insert(conn, &by, now, &sent, &new)).await?
        }
    };
    match saved {
        Ok(path) => {
            say_done(
                &session,
                "The campaign is drafted. Nobody is asked before you draw a sample and open it.",
            )?;
            Ok(see_other(path))
        }
        Err(Unsaved::Mistaken(mistakes)) => {
            let page = FormPage { mistakes, ..FormPage::new(who.chrome(), &offered, None, form) };
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(Unsaved::Stale) => Err(Error::NotFound),
    }
}

fn insert(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    form: &CampaignForm,
    new: &Checked,
) -> Result<Result<String, Unsaved>, Error> {
    if store::is_taken(conn, &new.code, None)? {
        return Ok(Err(taken().into()));
    }
    let reference = store::add(conn, now.moment, who, new)?;
    let subjects = [Subject::campaign(&reference), Subject::locality(&form.locality)];
    audit::record(conn, now.moment, &who.actor, Verb::CampaignDrafted, &subjects, typed::in_audit(form))?;
    Ok(Ok(format!("/campaigns/{reference}")))
}

fn taken() -> Mistakes {
    Mistakes::of_one("code", "Another campaign has this code: enter another")
}

pub async fn edit(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    now: Now,
    reference: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let chrome = who.chrome();
    let (offers, seen) =
        database.read(move |conn| Ok((offers(conn, &who, now)?, draft(conn, &who, &reference)?))).await?;
    let form = CampaignForm::of(&seen);
    show_as(StatusCode::OK, &FormPage::new(chrome, &offers, Some(seen), form))
}

/// A campaign that is still a draft.
pub fn draft(conn: &mut Conn, who: &Who, reference: &str) -> Result<Seen, Error> {
    let seen = seen(conn, who, reference)?;
    match seen.campaign.state {
        State::Draft => Ok(seen),
        _ => Err(seen.conflict("This campaign is no longer a draft, so it stays as it is.")),
    }
}

pub async fn change(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    reference: web::Path<String>,
    form: web::Form<CampaignForm>,
) -> Result<HttpResponse, Error> {
    let (form, reference) = (form.into_inner(), reference.into_inner());
    let (asker, wanted) = (who.clone(), reference.clone());
    let (offered, stored) =
        database.read(move |conn| Ok((offers(conn, &asker, now)?, draft(conn, &asker, &wanted)?))).await?;
    if form.act == "width" {
        return show_as(StatusCode::OK, &FormPage::new(who.chrome(), &offered, Some(stored), form));
    }
    let drawn = stored.is_drawn().then_some(&stored);
    let saved = match form.check(&offered, drawn) {
        Err(mistakes) => Err(Unsaved::Mistaken(mistakes)),
        Ok(new) => {
            let (by, sent) = (who.clone(), form.clone());
            let work = move |conn: &mut Conn| update(conn, &by, now, &reference, &sent, &new);
            save(&database, now, &who, &form.key, work).await?
        }
    };
    match saved {
        Ok(path) => {
            say_done(&session, "The campaign is changed.")?;
            Ok(see_other(path))
        }
        Err(Unsaved::Mistaken(mistakes)) => {
            let page = FormPage { mistakes, ..FormPage::new(who.chrome(), &offered, Some(stored), form) };
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(Unsaved::Stale) => stale(&database, &who, &stored, &form).await,
    }
}

fn update(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    reference: &str,
    form: &CampaignForm,
    new: &Checked,
) -> Result<Result<String, Unsaved>, Error> {
    let seen = draft(conn, who, reference)?;
    if store::is_taken(conn, &new.code, Some(reference))? {
        return Ok(Err(taken().into()));
    }
    let Ok(version) = form.version.parse() else { return Ok(Err(Unsaved::Stale)) };
    if !store::change(conn, &seen.campaign, version, new)? {
        return Ok(Err(Unsaved::Stale));
    }
    let subjects = [Subject::campaign(reference), Subject::locality(&seen.locality.code)];
    let details = typed::in_audit(form);
    audit::record(conn, now.moment, &who.actor, Verb::CampaignChanged, &subjects, details)?;
    Ok(Ok(seen.path()))
}

/// Somebody saved the draft first.
async fn stale(
    database: &Database,
    who: &Who,
    stored: &Seen,
    form: &CampaignForm,
) -> Result<HttpResponse, Error> {
    let (asker, reference) = (who.clone(), stored.campaign.reference.clone());
    let theirs = database.read(move |conn| seen(conn, &asker, &reference)).await?;
    StalePage {
        chrome: who.chrome(),
        area: NavItem { label: "Campaigns", href: "/campaigns" },
        what: theirs.title(),
        fields: form.against(&theirs),
        action: format!("{}/details", theirs.path()),
        typed: typed::fields(form),
        version: theirs.campaign.version,
        record: theirs.path(),
        key: String::new(),
    }
    .answer()
}
