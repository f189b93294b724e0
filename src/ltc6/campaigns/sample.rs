//! `/campaigns/{reference}/sample`: who could be drawn, which writes nothing; and the draw, which is made once.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use diesel::prelude::*;
use serde::Deserialize;
use serde_json::json;

use super::draw::{Eligible, draw};
use super::form_page::draft;
use super::frame::{Exclusion, Rules};
use super::store;
use super::words::Seen;
use crate::access::{Commissioner, Who, say_done};
use crate::audit::{self, Subject, Verb};
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::insert_many;
use crate::keys::{random_reference, random_token};
use crate::ltc6::campaign::{Campaign, State, Stratum};
use crate::once::{fresh_key, once};
use crate::page::{Chrome, filters, see_other, show};
use crate::people::register::published;
use crate::schema::{campaign_exclusions, campaign_strata, campaigns, ltc6_invitations};
use crate::settings::store::Values;

/// What a form that does one thing to a campaign sends.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ActForm {
    pub key: String,
    pub version: String,
}

impl ActForm {
    /// Whether the form showed the campaign as it is now.
    pub fn is_of(&self, campaign: &Campaign) -> bool {
        self.version.parse() == Ok(campaign.version)
    }
}

/// Everybody of a campaign's population: those who can be drawn, and how many cannot for which reason.
pub struct Frame {
    /// The register they are of.
    pub register: i64,
    /// In the order of [`Stratum::ALL`].
    pub strata: Vec<(Stratum, Vec<Eligible>)>,
    /// Reasons that apply to somebody.
    pub excluded: Vec<(Exclusion, i64)>,
}

impl Frame {
    pub fn of(conn: &mut Conn, campaign: &Campaign, now: Now) -> Result<Frame, Error> {
        let rules = Rules::of(campaign, now.today, Values::read(conn)?.minimum_age());
        let (register, people) = store::candidates(conn, campaign, now.today)?;
        let mut strata: Vec<(Stratum, Vec<Eligible>)> =
            Stratum::ALL.iter().map(|stratum| (*stratum, Vec::new())).collect();
        let mut excluded: Vec<(Exclusion, i64)> = Exclusion::ALL.iter().map(|reason| (*reason, 0)).collect();
        for person in people {
            match rules.sort(&person) {
                Ok((stratum, by_email)) => {
                    let eligible =
                        Eligible { person_id: person.person_id, pseudonym: person.pseudonym, by_email };
                    let here = strata.iter_mut().find(|(each, _)| *each == stratum);
                    here.expect("every stratum is there").1.push(eligible);
                }
                Err(reason) => {
                    let here = excluded.iter_mut().find(|(each, _)| *each == reason);
                    here.expect("every reason is there").1 += 1;
                }
            }
        }
        excluded.retain(|(_, people)| *people > 0);
        Ok(Frame { register, strata, excluded })
    }
}

/// A stratum of a dry run: who could be drawn, and how many would be.
struct Would {
    stratum: Stratum,
    eligible: usize,
    wanted: i64,
    drawn: usize,
}

#[derive(Template)]
#[template(path = "ltc6/campaigns/sample.html")]
struct SamplePage {
    chrome: Chrome,
    seen: Seen,
    register: i64,
    strata: Vec<Would>,
    excluded: Vec<(Exclusion, i64)>,
    key: String,
}

impl SamplePage {
    fn total(&self) -> usize {
        self.strata.iter().map(|would| would.drawn).sum()
    }

    /// Levels that too few can be drawn of.
    fn short(&self) -> impl Iterator<Item = &Would> {
        self.strata.iter().filter(|would| i64::try_from(would.drawn).unwrap_or(0) < would.wanted)
    }
}

/// A draft whose sample is not drawn yet.
fn undrawn(conn: &mut Conn, who: &Who, reference: &str) -> Result<Seen, Error> {
    let seen = draft(conn, who, reference)?;
    match seen.is_drawn() {
        false => Ok(seen),
        true => {
            Err(seen.conflict("The sample of this campaign is drawn already, and a sample is drawn once."))
        }
    }
}

fn wanted(campaign: &Campaign, stratum: Stratum) -> usize {
    usize::try_from(campaign.wants(stratum)).unwrap_or(0)
}

/// The dry run.
pub async fn dry_run(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    now: Now,
    reference: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let chrome = who.chrome();
    let page = database
        .read(move |conn| {
            let seen = undrawn(conn, &who, &reference)?;
            let frame = Frame::of(conn, &seen.campaign, now)?;
            let strata = frame.strata.iter().map(|(stratum, people)| Would {
                stratum: *stratum,
                eligible: people.len(),
                wanted: seen.campaign.wants(*stratum),
                drawn: people.len().min(wanted(&seen.campaign, *stratum)),
            });
            let strata = strata.filter(|would| would.wanted > 0 || would.stratum != Stratum::None).collect();
            let (register, excluded) = (frame.register, frame.excluded);
            Ok(SamplePage { chrome, seen, register, strata, excluded, key: fresh_key() })
        })
        .await?;
    show(&page)
}

#[derive(Insertable)]
#[diesel(table_name = ltc6_invitations, treat_none_as_default_value = false)]
struct Invitation {
    key: String,
    campaign_id: i64,
    person_id: i64,
    level: Stratum,
    by_email: bool,
    letters: i64,
    undeliverable: bool,
    dropped: bool,
}

/// A sample as drawn, not yet written.
pub struct Sample {
    seed: String,
    register: i64,
    version: i64,
    /// Level, how many were eligible, who was drawn.
    strata: Vec<(Stratum, i64, Vec<Eligible>)>,
    excluded: Vec<(Exclusion, i64)>,
}

/// Draws the sample and freezes it.
pub async fn draw_sample(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    session: Session,
    now: Now,
    reference: web::Path<String>,
    form: web::Form<ActForm>,
) -> Result<HttpResponse, Error> {
    let (form, reference) = (form.into_inner(), reference.into_inner());
    let (asker, wanted) = (who.clone(), reference.clone());
    let drawn = database
        .read(move |conn| {
            // Sent again, the first result is given below.
            match undrawn(conn, &asker, &wanted) {
                Ok(seen) => {
                    let frame = Frame::of(conn, &seen.campaign, now)?;
                    Ok(Some(drawn(&seen.campaign, frame, random_reference())))
                }
                Err(Error::Conflict { .. }) => Ok(None),
                Err(error) => Err(error),
            }
        })
        .await?;
    let path = database
        .write(move |conn| {
            once(conn, now.moment, who.user_id, &form.key, |conn| {
                let seen = undrawn(conn, &who, &reference)?;
                let changed = "Somebody changed this campaign, or an import the register, while you were looking at it. Look at the dry run again.";
                let Some(sample) = drawn else { return Err(seen.conflict(changed)) };
                let is_current = form.is_of(&seen.campaign)
                    && sample.version == seen.campaign.version
                    && published(conn)? == sample.register;
                if !is_current {
                    return Err(seen.conflict(changed));
                }
                freeze(conn, &who, now, &seen, sample)
            })
        })
        .await?;
    say_done(&session, "The sample is drawn. It stays as it is from now on.")?;
    Ok(see_other(path))
}

/// Draws by a seed from a frame; nothing is written.
pub fn drawn(campaign: &Campaign, frame: Frame, seed: String) -> Sample {
    let strata = frame.strata.into_iter().map(|(stratum, people)| {
        let eligible = i64::try_from(people.len()).unwrap_or(i64::MAX);
        (stratum, eligible, draw(&seed, stratum, people, wanted(campaign, stratum)))
    });
    let strata = strata.filter(|(stratum, ..)| *stratum != Stratum::None || campaign.want_none > 0).collect();
    Sample { strata, register: frame.register, version: campaign.version, excluded: frame.excluded, seed }
}

/// Writes the sample; once.
pub fn freeze(conn: &mut Conn, who: &Who, now: Now, seen: &Seen, sample: Sample) -> Result<String, Error> {
    let id = seen.campaign.id;
    let this = campaigns::table
        .find(id)
        .filter(campaigns::state.eq(State::Draft).and(campaigns::drawn_on.is_null()))
        .filter(campaigns::version.eq(sample.version));
    let moved = diesel::update(this)
        .set((
            campaigns::seed.eq(&sample.seed),
            campaigns::drawn_on.eq(now.today),
            campaigns::version.eq(sample.version + 1),
        ))
        .execute(conn)?;
    if moved == 0 {
        return Err(seen.conflict("Somebody changed this campaign while its sample was drawn."));
    }
    let mut counts = Vec::new();
    let mut invitations = Vec::new();
    for (level, eligible, people) in sample.strata {
        let sampled = i64::try_from(people.len()).unwrap_or(i64::MAX);
        counts.push(json!({ "level": level.word(), "eligible": eligible, "sampled": sampled }));
        diesel::insert_into(campaign_strata::table)
            .values((
                campaign_strata::campaign_id.eq(id),
                campaign_strata::level.eq(level),
                campaign_strata::eligible.eq(eligible),
                campaign_strata::sampled.eq(sampled),
            ))
            .execute(conn)?;
        invitations.extend(people.into_iter().map(|person| Invitation {
            key: random_token(),
            campaign_id: id,
            person_id: person.person_id,
            level,
            by_email: person.by_email,
            letters: 0,
            undeliverable: false,
            dropped: false,
        }));
    }
    invitations.sort_by(|one, other| one.key.cmp(&other.key));
    for some in invitations.chunks(1_000) {
        insert_many!(conn, ltc6_invitations::table, some)?;
    }
    for (reason, people) in &sample.excluded {
        diesel::insert_into(campaign_exclusions::table)
            .values((
                campaign_exclusions::campaign_id.eq(id),
                campaign_exclusions::reason.eq(reason.word()),
                campaign_exclusions::people.eq(people),
            ))
            .execute(conn)?;
    }
    let subjects = [Subject::campaign(&seen.campaign.reference), Subject::locality(&seen.locality.code)];
    let details = json!({ "seed": sample.seed, "register": sample.register, "strata": counts });
    audit::record(conn, now.moment, &who.actor, Verb::CampaignDrawn, &subjects, details)?;
    Ok(seen.path())
}
