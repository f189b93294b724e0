//! What reading blanks as no would do, before it is set: judgement cases it ends, and people it would move. An
//! administrator may list nobody, so the counts are rounded and small ones hidden.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::asked::{Asked, Meant, meant};
use super::declare::show_form;
use super::declared::{Declared, practices};
use super::setting::{Key, Setting};
use super::store::{self, Values};
use crate::access::{Administrator, Who};
use crate::clock::Now;
use crate::criteria::preview_pages::work::Wanted;
use crate::database::Conn;
use crate::decisions::holds;
use crate::disclosure::{Audience, Guarded, Shown, release_rounded};
use crate::error::Error;
use crate::jobs::Tools;
use crate::once::fresh_key;
use crate::page::{Chrome, Mistakes, show, show_as};
use crate::runs::grouping::rules_in_force;
use crate::runs::preview::{Preview, Side};

/// What a change would do in its locality.
pub struct Effect {
    pub cases_before: Shown<i64>,
    pub cases_after: Shown<i64>,
    pub cases_ended: Shown<i64>,
    pub cases_made: Shown<i64>,
    pub moved: Shown<i64>,
    pub nothing: bool,
}

#[derive(Template)]
#[template(path = "settings/effect.html")]
struct EffectPage {
    chrome: Chrome,
    asked: Asked,
    meant: Meant,
    /// None where the locality has no criteria in force.
    effect: Option<Effect>,
    version: i64,
    mistakes: Mistakes,
    key: String,
}

impl EffectPage {
    fn act(&self) -> &'static str {
        if self.asked.ends() { "Leave these blanks blank" } else { "Read these blanks as no" }
    }
}

pub async fn effect(
    Administrator(who): Administrator,
    tools: web::Data<Tools>,
    now: Now,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Error> {
    show_effect(&who, &tools, now, Asked::of(query.into_inner()), Mistakes::new()).await
}

/// The page of what a change would do; with a form that names nothing, the page that asks.
pub async fn show_effect(
    who: &Who,
    tools: &Tools,
    now: Now,
    asked: Asked,
    mistakes: Mistakes,
) -> Result<HttpResponse, Error> {
    if asked == Asked::default() {
        return show_form(who, &tools.database, asked, Mistakes::new()).await;
    }
    let of = asked.clone();
    let (meant, version, values) = tools
        .database
        .read(move |conn| {
            let version = store::version(conn, &Key::everywhere(Setting::BlankIsNo))?;
            Ok((meant(conn, &of)?, version, Values::read(conn)?))
        })
        .await?;
    let meant = match meant {
        Ok(meant) => meant,
        Err(found) => return show_form(who, &tools.database, asked, found).await,
    };
    let (with, of, to) = (tools.clone(), meant.clone(), Audience::Others(values.suppression()));
    let working = move || work(&with, now, &of, values.minimum_age(), to);
    let effect =
        web::block(working).await.map_err(|error| anyhow::anyhow!("working an effect out: {error}"))??;
    let wrong = !mistakes.is_empty();
    let page = EffectPage { chrome: who.chrome(), asked, meant, effect, version, mistakes, key: fresh_key() };
    match wrong {
        true => show_as(actix_web::http::StatusCode::UNPROCESSABLE_ENTITY, &page),
        false => show(&page),
    }
}

/// Places the people of the locality as blanks are read now and as they would be.
fn work(
    tools: &Tools,
    now: Now,
    meant: &Meant,
    minimum_age: u16,
    to: Audience,
) -> Result<Option<Effect>, Error> {
    let id = meant.locality_id;
    let (rules, held, practices) = tools.database.read_now(|conn: &mut Conn| {
        let rules = rules_in_force(conn, id, now.today, minimum_age)?;
        Ok((rules, holds::groups(conn, id)?, practices(conn)?))
    })?;
    let Some(rules) = rules else { return Ok(None) };
    let wanted = Wanted::new();
    let register = tools.registers.of(&tools.database, id, now.today, &wanted.0)?.ok_or(Error::Busy)?;
    let [before, after] =
        [&meant.before, &meant.after].map(|declarations| Declared::of_all(declarations, &practices));
    let (declared, proposed) = (|practice| before.of(practice), |practice| after.of(practice));
    let sides = [Side { rules: &rules, declared: &declared }, Side { rules: &rules, declared: &proposed }];
    let preview = Preview::of(&register.people, sides[0], sides[1]).holding(&held);
    let cases = preview.cases(&wanted.0).map_err(|_| Error::Busy)?.all;
    let placed = preview.placements(&wanted.0).map_err(|_| Error::Busy)?;
    let moved = placed.home.all.moved().people;
    let count = |people: u64| release_rounded(Guarded::new(i64::try_from(people).unwrap_or(i64::MAX)), to);
    Ok(Some(Effect {
        cases_before: count(cases.before),
        cases_after: count(cases.after),
        cases_ended: count(cases.ended),
        cases_made: count(cases.made),
        moved: count(moved),
        nothing: cases.ended == 0 && cases.made == 0 && moved == 0,
    }))
}
