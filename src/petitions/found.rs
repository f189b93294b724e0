//! Finding one petition within the caller's scope, with all that its page and its acts rest on.

use std::borrow::Borrow;
use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::history::{self, Event};
use super::life::{Caller, Round, State};
use super::petition::{Appeal, Asked, Decision, Petition, Question, Review};
use super::store;
use crate::access::{Role, Who};
use crate::audit::Subject;
use crate::clock::Now;
use crate::database::Conn;
use crate::error::Error;
use crate::groups::schemes::store::Schemes;
use crate::groups::store::names;
use crate::people::identified_text::{self, Caught, Clear, Said, Typed};
use crate::people::identifiers::About;
use crate::people::person::name_and_number;
use crate::people::register::published;
use crate::people::scope::{Reach, Scope, shares};
use crate::runs::store::{Locality, locality_of, lock_standing};
use crate::schema::{people, person_records};

/// Whom a petition is about, as the published register has them.
#[derive(Clone, Debug, Queryable)]
pub struct Person {
    pub id: i64,
    pub pseudonym: String,
    pub nhs_number: String,
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    pub born: NaiveDate,
    pub practice_id: i64,
    pub deducted_on: Option<NaiveDate>,
    pub died_on: Option<NaiveDate>,
}

impl Person {
    /// "Robin Ash, 999 123 4567".
    pub fn name(&self) -> String {
        name_and_number(self.given_name.as_deref(), self.family_name.as_deref(), &self.nhs_number)
    }
}

/// From which side the caller looks at a petition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The practice whose petition it is, or its GP network.
    Owner,
    /// The practice the person has moved to, whose consent is waited for, or its GP network.
    NewPractice,
    Network,
    Commissioner,
}

/// A petition as one caller finds it.
#[derive(Clone, Debug)]
pub struct Found {
    pub petition: Petition,
    pub person: Person,
    pub locality: Locality,
    pub opinions: Vec<Asked>,
    pub questions: Vec<Question>,
    pub decisions: Vec<Decision>,
    pub appeal: Option<Appeal>,
    pub reviews: Vec<Review>,
    pub history: Vec<Event>,
    pub schemes: Schemes,
    pub side: Side,
    /// Whether the caller sees the person's name.
    pub named: bool,
    /// The caller, as the rules of acts see them.
    pub caller: Caller,
    /// Code and name by row id, of the practices and networks concerned.
    organisations: HashMap<i64, (String, String)>,
}

impl Person {
    /// What somebody who sees the name knows of the person, and so may type; see [`identified_text`].
    pub fn about(&self) -> About {
        About::of(self.given_name.as_deref(), self.family_name.as_deref(), self.born)
    }
}

impl Found {
    /// The person and the petition, as the audit trail names them.
    pub fn subjects(&self) -> [Subject; 2] {
        [Subject::person(&self.person.pseudonym), Subject::petition(&self.petition.reference)]
    }

    /// Looks through texts before they are stored.
    pub fn look(&self, now: Now, texts: &[Typed<'_>], said: &Said) -> Result<Clear, Caught> {
        let about = if self.named { self.person.about() } else { About::default() };
        identified_text::look(texts, &about, now.today, said)
    }

    /// An organisation's name.
    pub fn name_of(&self, id: impl Borrow<i64>) -> &str {
        self.organisations.get(id.borrow()).map_or("", |(_, name)| name)
    }

    /// "Alder Practice (E83001)".
    pub fn label_of(&self, id: impl Borrow<i64>) -> String {
        self.organisations
            .get(id.borrow())
            .map_or_else(String::new, |(code, name)| format!("{name} ({code})"))
    }

    pub fn practice_code(&self) -> &str {
        self.organisations.get(&self.petition.practice_id).map_or("", |(code, _)| code)
    }

    /// A group as the locality calls it.
    pub fn group(&self, code: Option<&str>) -> String {
        self.schemes.place(self.locality.id, code)
    }

    pub fn from(&self) -> String {
        self.group(self.petition.from_group.as_deref())
    }

    pub fn to(&self) -> String {
        match &self.petition.to_group {
            Some(code) => self.group(Some(code)),
            None => "not chosen yet".into(),
        }
    }

    /// The practice the person is registered with now.
    pub fn present_practice(&self) -> i64 {
        self.petition.new_practice_id.unwrap_or(self.petition.practice_id)
    }

    /// The question that waits for its answer.
    pub fn open_question(&self) -> Option<&Question> {
        self.questions.iter().find(|one| one.answered_on.is_none())
    }

    /// Whether opinions are still waited for, so that a network does not see another's.
    pub fn opinions_are_open(&self) -> bool {
        let asked_in = self.open_question().map(|question| question.asked_in);
        match self.petition.state {
            State::WithProvider => true,
            State::InfoRequested => asked_in == Some(State::WithProvider),
            _ => false,
        }
    }

    /// The opinions the caller may read: a network its own alone while others are waited for.
    pub fn shown_opinions(&self, who: &Who) -> Vec<&Asked> {
        let is_blind = self.side == Side::Network && self.opinions_are_open();
        let own = |one: &&Asked| !is_blind || one.network_id == who.organisation_id();
        self.opinions.iter().filter(own).collect()
    }

    /// The caller's own place among the networks asked.
    pub fn asked_of(&self, network_id: i64) -> Option<&Asked> {
        self.opinions.iter().find(|one| one.network_id == network_id)
    }

    /// The first decision, or that of the appeal.
    pub fn decision(&self, on_appeal: bool) -> Option<&Decision> {
        self.decisions.iter().find(|one| one.on_appeal == on_appeal)
    }

    /// What the rules of the next act hang on.
    pub fn round(&self, today: NaiveDate) -> Round {
        let was_appealed = self.appeal.is_some();
        Round::of(&self.petition, (&self.opinions, &self.questions), was_appealed, today)
    }
}

impl Round {
    /// A petition with the opinions and the information asked for.
    pub fn of(
        petition: &Petition,
        (opinions, questions): (&[Asked], &[Question]),
        was_appealed: bool,
        today: NaiveDate,
    ) -> Round {
        Round {
            state: petition.state,
            asked: opinions.len(),
            given: opinions.iter().filter(|one| one.opinion.is_some()).count(),
            asked_in: questions.iter().find(|one| one.answered_on.is_none()).map(|one| one.asked_in),
            was_appealed,
            time_is_out: petition.due_on.is_some_and(|due| due < today),
            waits_for_consent: petition.new_practice_id.is_some(),
        }
    }
}

/// A member of an organisation, in a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    pub role: Role,
    pub organisation_id: i64,
}

impl Member {
    /// From which side a member sees a petition; none where it is not theirs to see.
    pub fn side(self, scope: &Scope, petition: &Petition, opinions: &[Asked]) -> Option<Side> {
        match self.role {
            Role::Gp | Role::PracticeStaff | Role::NetworkManager => {
                let Reach::Practices(practices) = &scope.reach else { return None };
                let new = petition.new_practice_id.is_some_and(|id| practices.contains(&id));
                match practices.contains(&petition.practice_id) {
                    true => Some(Side::Owner),
                    false => new.then_some(Side::NewPractice),
                }
            }
            Role::Provider => self.asked(opinions).map(|_| Side::Network),
            Role::Commissioner => {
                let sent =
                    petition.submitted_on.is_some() && scope.localities.contains(&petition.locality_id);
                sent.then_some(Side::Commissioner)
            }
            _ => None,
        }
    }

    /// Whether a member sees the person's name: a network with a sharing agreement while it cares for them.
    pub fn sees_name(self, side: Side, petition: &Petition, opinions: &[Asked], shares: bool) -> bool {
        match side {
            Side::Owner | Side::NewPractice => true,
            Side::Commissioner => false,
            Side::Network => {
                let cares = self.asked(opinions).is_some_and(|one| one.cares.is_now());
                shares && cares && petition.state.is_open()
            }
        }
    }

    /// The member as the rules of acts see them, who wrote some of it, or rejected it, or neither.
    pub fn caller(
        self,
        side: Option<Side>,
        petition: &Petition,
        opinions: &[Asked],
        (drafted, rejected): (bool, bool),
    ) -> Caller {
        let is_silent = self.asked(opinions).is_some_and(|one| one.opinion.is_none());
        Caller {
            role: self.role,
            drafted,
            rejected,
            is_asked: side == Some(Side::Network) && is_silent,
            is_new_practice: petition.new_practice_id == Some(self.organisation_id),
            is_owner: side == Some(Side::Owner),
        }
    }

    fn asked(self, opinions: &[Asked]) -> Option<&Asked> {
        opinions.iter().find(|one| one.network_id == self.organisation_id)
    }
}

/// Finds a petition for somebody.
///
/// # Errors
/// `NotFound` where there is none, or it is not the caller's.
pub fn find(conn: &mut Conn, who: &Who, now: Now, reference: &str) -> Result<Found, Error> {
    let scope = Scope::of(conn, who, now.today)?;
    find_within(conn, who, now, &scope, reference)
}

/// The same for somebody whose scope is known, for several of theirs.
pub fn find_within(
    conn: &mut Conn,
    who: &Who,
    now: Now,
    scope: &Scope,
    reference: &str,
) -> Result<Found, Error> {
    let petition = store::named(conn, reference)?;
    let opinions = store::opinions(conn, petition.id)?;
    let member = Member { role: who.role(), organisation_id: who.organisation_id() };
    let side = member.side(scope, &petition, &opinions).ok_or(Error::NotFound)?;
    let shares = side == Side::Network && shares(conn, member.organisation_id, now.today)?;
    let decisions = store::decisions(conn, petition.id)?;
    let rejected = |one: &Decision| !one.granted && one.decided_by == Some(who.user_id);
    let wrote = (store::drafted(conn, petition.id, who.user_id)?, decisions.iter().any(rejected));
    let seen = Seen {
        side,
        named: member.sees_name(side, &petition, &opinions, shares),
        caller: member.caller(Some(side), &petition, &opinions, wrote),
    };
    read(conn, (petition, opinions, decisions), seen, scope.schemes.clone())
}

/// A petition as the service finds it, while nobody else can act on it.
pub fn by_service(conn: &mut Conn, now: Now, id: i64) -> Result<Found, Error> {
    let petition = store::numbered(conn, id)?;
    lock_standing(conn, petition.locality_id)?;
    let petition = store::numbered(conn, id)?;
    let opinions = store::opinions(conn, petition.id)?;
    let decisions = store::decisions(conn, petition.id)?;
    let schemes = Schemes::on(conn, now.today)?;
    read(conn, (petition, opinions, decisions), Seen::by_service(), schemes)
}

/// The petition as it stands while nobody else can act on it.
pub fn locked(conn: &mut Conn, who: &Who, now: Now, reference: &str) -> Result<Found, Error> {
    let petition = store::named(conn, reference)?;
    lock_standing(conn, petition.locality_id)?;
    find(conn, who, now, reference)
}

/// A person as the published register has them.
pub fn person(conn: &mut Conn, person_id: i64) -> Result<Person, Error> {
    let register = published(conn)?;
    Ok(people::table
        .inner_join(person_records::table)
        .filter(people::id.eq(person_id))
        .filter(person_records::from_register.le(register).and(person_records::until_register.gt(register)))
        .select((
            people::id,
            people::pseudonym,
            people::nhs_number,
            person_records::given_name,
            person_records::family_name,
            person_records::date_of_birth,
            person_records::practice_id,
            person_records::deducted_on,
            person_records::died_on,
        ))
        .first(conn)?)
}

/// What one caller sees of a petition.
struct Seen {
    side: Side,
    named: bool,
    caller: Caller,
}

impl Seen {
    /// By the service itself, which acts for the clock and for events.
    fn by_service() -> Seen {
        let caller = Caller {
            role: Role::Administrator,
            drafted: false,
            rejected: false,
            is_asked: false,
            is_new_practice: false,
            is_owner: false,
        };
        Seen { side: Side::Commissioner, named: false, caller }
    }
}

fn read(
    conn: &mut Conn,
    (petition, opinions, decisions): (Petition, Vec<Asked>, Vec<Decision>),
    Seen { side, named, caller }: Seen,
    schemes: Schemes,
) -> Result<Found, Error> {
    let mut concerned: Vec<i64> = opinions.iter().map(|one| one.network_id).collect();
    concerned.extend([Some(petition.practice_id), petition.new_practice_id].into_iter().flatten());
    Ok(Found {
        person: person(conn, petition.person_id)?,
        locality: locality_of(conn, petition.locality_id)?,
        questions: store::questions(conn, petition.id)?,
        appeal: store::appeal(conn, petition.id)?,
        reviews: store::reviews(conn, petition.id)?,
        history: history::of(conn, petition.id)?,
        organisations: names(conn, &concerned)?,
        petition,
        opinions,
        decisions,
        schemes,
        side,
        named,
        caller,
    })
}
