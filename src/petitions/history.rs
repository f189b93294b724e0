//! What happened to a petition, in its order: for its page, and for how long each stage took.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::life::State;
use crate::access::Who;
use crate::clock::Now;
use crate::database::Conn;
use crate::error::Error;
use crate::schema::petition_events;
use crate::stored_as_text;

stored_as_text! {
    /// What can happen.
    What {
        Drafted = "drafted",
        Ready = "ready",
        Submitted = "submitted",
        OpinionGiven = "opinion_given",
        OpinionsClosed = "opinions_closed",
        Asked = "asked",
        Answered = "answered",
        Approved = "approved",
        Rejected = "rejected",
        Withdrawn = "withdrawn",
        Appealed = "appealed",
        Confirmed = "confirmed",
        Overturned = "overturned",
        Applied = "applied",
        Lapsed = "lapsed",
        Moved = "moved",
        Consented = "consented",
        Assigned = "assigned",
        Kept = "kept",
        Ended = "ended",
    }
}

impl What {
    pub fn label(self) -> &'static str {
        match self {
            What::Drafted => "Draft begun",
            What::Ready => "Ready for a GP to submit",
            What::Submitted => "Submitted",
            What::OpinionGiven => "Opinion given",
            What::OpinionsClosed => "Opinions closed: the time was out",
            What::Asked => "Information asked for, clock stopped",
            What::Answered => "Information given, clock goes on",
            What::Approved => "Approved",
            What::Rejected => "Rejected",
            What::Withdrawn => "Withdrawn",
            What::Appealed => "Appealed",
            What::Confirmed => "Rejection confirmed",
            What::Overturned => "Rejection overturned",
            What::Applied => "Applied: the ledger has it",
            What::Lapsed => "Not applied",
            What::Moved => "The person moved practice",
            What::Consented => "The new practice goes on with it",
            What::Assigned => "Assigned",
            What::Kept => "Hold kept",
            What::Ended => "Hold ended",
        }
    }
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = petition_events)]
pub struct Event {
    pub what: What,
    /// The state after it.
    pub state: State,
    /// Words every party may read.
    pub words: String,
    pub who: String,
    pub role: String,
    pub organisation: String,
    pub on_day: NaiveDate,
}

/// Notes what somebody did, or the service where nobody did.
pub fn note(
    conn: &mut Conn,
    now: Now,
    who: Option<&Who>,
    (petition_id, state): (i64, State),
    what: What,
    words: &str,
) -> Result<(), Error> {
    let name = who.map_or("Common Ground", |who| who.name.as_str());
    let role = who.map_or("", |who| who.role().label());
    let organisation = who.and_then(|who| who.membership.organisation.as_ref());
    diesel::insert_into(petition_events::table)
        .values((
            petition_events::petition_id.eq(petition_id),
            petition_events::what.eq(what),
            petition_events::state.eq(state),
            petition_events::words.eq(words),
            petition_events::who.eq(name),
            petition_events::role.eq(role),
            petition_events::organisation.eq(organisation.map_or("", |one| one.name.as_str())),
            petition_events::on_day.eq(now.today),
            petition_events::at.eq(now.recorded()),
        ))
        .execute(conn)?;
    Ok(())
}

/// All that happened to a petition, oldest first.
pub fn of(conn: &mut Conn, petition_id: i64) -> Result<Vec<Event>, Error> {
    Ok(petition_events::table
        .filter(petition_events::petition_id.eq(petition_id))
        .order(petition_events::id)
        .select(Event::as_select())
        .load(conn)?)
}
