//! The pages of agreements.

mod answer;
mod call;
mod comment;
mod decision;
mod document;
mod group;
mod list;
mod sheet;
mod terms;
mod withdrawal;

use actix_web::web;
use askama::Template;

use super::life::State;
use super::retiring::{in_its_way, scheme_among};
use super::seen::{Agreement, path};
use crate::criteria::reading::Reading;
use crate::criteria::store::Version;
use crate::database::Conn;
use crate::error::Error;
use crate::groups::reading::ReadingList;
use crate::groups::scheme::Scheme;
use crate::groups::schemes::names::Names;
use crate::groups::schemes::words::SchemeWords;
use crate::runs::store::Locality;

pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/criteria", web::get().to(list::criteria))
        .route("/criteria.csv", web::get().to(list::csv))
        .route("/criteria/{locality}/agreed", web::get().to(sheet::agreed))
        .route("/criteria/{locality}/agreed.txt", web::get().to(sheet::file))
        .route("/criteria/{locality}/{code}", web::get().to(group::group))
        .route("/criteria/{locality}/{code}/versions/{number}", web::get().to(document::version))
        .route("/criteria/{locality}/{code}/versions/{number}/sheet", web::get().to(sheet::sheet))
        .route("/criteria/{locality}/{code}/versions/{number}/proposal", web::get().to(terms::form))
        .route("/criteria/{locality}/{code}/versions/{number}/proposal", web::post().to(terms::keep))
        .route("/criteria/{locality}/{code}/versions/{number}/proposal/check", web::get().to(terms::check))
        .route("/criteria/{locality}/{code}/versions/{number}/proposal/check", web::post().to(terms::send))
        .route("/criteria/{locality}/{code}/versions/{number}/proposal/sent", web::get().to(terms::sent))
        .route("/criteria/{locality}/{code}/versions/{number}/answer", web::get().to(answer::form))
        .route("/criteria/{locality}/{code}/versions/{number}/answer", web::post().to(answer::send))
        .route("/criteria/{locality}/{code}/versions/{number}/answer/sent", web::get().to(answer::sent))
        .route("/criteria/{locality}/{code}/versions/{number}/decision", web::get().to(decision::form))
        .route("/criteria/{locality}/{code}/versions/{number}/decision", web::post().to(decision::send))
        .route("/criteria/{locality}/{code}/versions/{number}/withdrawal", web::get().to(withdrawal::form))
        .route("/criteria/{locality}/{code}/versions/{number}/withdrawal", web::post().to(withdrawal::send))
        .route("/criteria/{locality}/{code}/versions/{number}/comments", web::post().to(comment::add));
}

/// The longest reason, equality note or comment, in characters.
const LONGEST: usize = super::comments::LONGEST;

/// A version as a page sets it out: its reading before its text.
pub struct Text {
    pub version: Version,
    pub title: String,
    pub path: String,
    /// None of a draft that has no text yet.
    words: Option<Words>,
}

/// What a text says in plain English.
enum Words {
    Criteria(Reading),
    Scheme(Box<SchemeWords>),
}

impl Text {
    /// In a locality (code) that calls its groups by these names.
    pub fn of(place: (&str, &Names), version: &Version) -> Result<Text, Error> {
        Text::beside(place, version, None)
    }

    /// The same; of a scheme with what it changes in the one before it.
    fn beside(
        (locality, names): (&str, &Names),
        version: &Version,
        before: Option<&Scheme>,
    ) -> Result<Text, Error> {
        let words = match version.text.as_str() {
            "" => None,
            _ if version.is_scheme() => {
                Some(Words::Scheme(Box::new(SchemeWords::of(version.scheme()?, before))))
            }
            _ => Some(Words::Criteria(Reading::of(&version.expression()?))),
        };
        Ok(Text {
            title: names.title(version),
            path: super::seen::path(locality, version),
            words,
            version: version.clone(),
        })
    }

    pub fn all(place: (&str, &Names), agreement: &Agreement) -> Result<Vec<Text>, Error> {
        let before = agreement.scheme_before.as_ref();
        agreement.versions.iter().map(|version| Text::beside(place, version, before)).collect()
    }

    /// As markup.
    pub fn shown(&self) -> Option<String> {
        let markup = match self.words.as_ref()? {
            Words::Criteria(reading) => ReadingList { reading }.render(),
            Words::Scheme(scheme) => scheme.render(),
        };
        Some(markup.expect("words are written to memory"))
    }
}

/// How many answers there are, as "2 of 3 answered".
fn answered(agreement: &Agreement) -> String {
    let round = agreement.round();
    match round.asked {
        0 => "No network is asked".to_owned(),
        asked => format!("{} of {asked} answered", round.answered),
    }
}

/// What the answers come to, as "2 of 3 agreed, 1 asked for a change".
fn tally(agreement: &Agreement) -> String {
    let round = agreement.round();
    match (round.asked, round.answered - round.agreed) {
        (0, _) => "No network was asked".to_owned(),
        (asked, 0) => format!("{} of {asked} agreed", round.agreed),
        (asked, 1) => format!("{} of {asked} agreed, 1 asked for a change", round.agreed),
        (asked, several) => format!("{} of {asked} agreed, {several} asked for a change", round.agreed),
    }
}

/// What is withdrawn once a proposal takes force, for its scheme retires their groups: titles and pages.
fn withdrawn_by(
    conn: &mut Conn,
    locality: &Locality,
    agreement: &Agreement,
) -> Result<Vec<(String, String)>, Error> {
    let Some(scheme) = scheme_among(&agreement.versions)? else { return Ok(Vec::new()) };
    let found = in_its_way(conn, locality.id, &scheme, agreement.proposal.id)?;
    let first = |agreement: &Agreement| agreement.versions.first().map(|it| path(&locality.code, it));
    let named = found.iter().filter_map(|one| Some((one.proposal.title.clone(), first(one)?)));
    Ok(named.collect())
}

/// The tag of a proposal's state.
fn label(state: State) -> &'static str {
    match state {
        State::Draft => "Draft",
        State::Proposed => "Proposed",
        State::Approved => "Approved",
        State::InForce => "In force",
        State::Withdrawn => "Withdrawn",
        State::Returned => "Returned",
    }
}

/// "version 3" or "2 versions", for buttons.
fn what(agreement: &Agreement) -> String {
    match &*agreement.versions {
        [only] => format!("version {}", only.number),
        several => format!("{} versions", several.len()),
    }
}
