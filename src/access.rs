//! Who is calling, in which role: extractors that say in a handler's signature who may call it.

use std::future::Future;
use std::pin::Pin;

use actix_session::{Session, SessionExt};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use chrono::{Duration, NaiveDate};
use diesel::prelude::*;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::audit::Actor;
use crate::clock::{Clock, Moment};
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::page::{Chrome, NavItem, Shown};
use crate::schema::{memberships, organisations, sessions, users};
use crate::stored_as_text;

stored_as_text! {
    /// What a person may do, as a member of an organisation (design section 1).
    Role {
        Administrator = "administrator",
        Commissioner = "commissioner",
        Gp = "gp",
        PracticeStaff = "practice_staff",
        NetworkManager = "network_manager",
        Provider = "provider",
        Coordinator = "coordinator",
        Analyst = "analyst",
        LayPartner = "lay_partner",
        Auditor = "auditor",
        Keyer = "keyer",
    }
}

impl Role {
    /// As people say it: "Practice staff".
    pub fn label(self) -> &'static str {
        match self {
            Role::Administrator => "Administrator",
            Role::Commissioner => "Commissioner",
            Role::Gp => "GP",
            Role::PracticeStaff => "Practice staff",
            Role::NetworkManager => "Network manager",
            Role::Provider => "Provider",
            Role::Coordinator => "Co-ordinator",
            Role::Analyst => "Analyst",
            Role::LayPartner => "Lay partner",
            Role::Auditor => "Auditor",
            Role::Keyer => "Keyer",
        }
    }

    /// What it may do, in a sentence for the page where one chooses whom to act as.
    pub fn may(self) -> &'static str {
        match self {
            Role::Administrator => {
                "Keep users, organisations, agreements, settings and imports. Sees no person."
            }
            Role::Commissioner => {
                "Propose and approve criteria, decide petitions, start grouping runs and see people, by pseudonym, of your localities."
            }
            Role::Gp => {
                "See your practice's people by name, their group and why, answer for missing facts, and petition for a person."
            }
            Role::PracticeStaff => {
                "See your practice's people by name, their group and why, answer for missing facts, and draft petitions."
            }
            Role::NetworkManager => {
                "See the groups and people, by pseudonym, of your network's practices, and petition for them."
            }
            Role::Provider => {
                "Answer criteria proposals, decide judgement cases, give opinions on petitions and see the people in your network's care."
            }
            Role::Coordinator => "See the people on your caseload.",
            Role::Analyst => "See runs and figures of your localities and import data.",
            Role::LayPartner => "Read the groups and their criteria, and comment on proposals.",
            Role::Auditor => {
                "Read who did and read what in your commissioner's localities, and look at break-glass reads."
            }
            Role::Keyer => {
                "Key LTC6 questionnaires that came back on paper or by telephone, load files of them, and moderate what people wrote."
            }
        }
    }

    /// The kinds of organisation it belongs to; none for the administrator.
    pub fn organisation_kinds(self) -> &'static [&'static str] {
        match self {
            Role::Administrator => &[],
            Role::Gp | Role::PracticeStaff => &["practice"],
            Role::NetworkManager => &["gp_network"],
            Role::Provider => &["provider_network"],
            Role::Coordinator => &["practice", "provider_network"],
            Role::Commissioner | Role::Analyst | Role::LayPartner | Role::Auditor | Role::Keyer => {
                &["commissioner"]
            }
        }
    }
}

/// The organisation one acts for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActingFor {
    pub id: i64,
    pub code: String,
    pub name: String,
}

/// A person in a role at an organisation, in date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    pub id: i64,
    pub role: Role,
    /// `None` for the administrator.
    pub organisation: Option<ActingFor>,
}

impl Membership {
    /// "GP, Alder Practice".
    pub fn label(&self) -> String {
        match &self.organisation {
            Some(organisation) => format!("{}, {}", self.role.label(), organisation.name),
            None => self.role.label().to_owned(),
        }
    }
}

/// The person who calls, what they act as, and where the call came from.
#[derive(Clone, Debug)]
pub struct Who {
    pub user_id: i64,
    pub email: String,
    pub name: String,
    pub membership: Membership,
    /// All memberships in date, the one acted as among them.
    pub memberships: Vec<Membership>,
    /// The session's reference, under which `/account` lists it.
    pub session: String,
    /// What audit rows say of the caller.
    pub actor: Actor,
    here: String,
    done: Option<Done>,
    demo_day: Option<NaiveDate>,
    at: Moment,
}

impl Who {
    pub fn role(&self) -> Role {
        self.membership.role
    }

    /// The organisation's row id; every role but the administrator's has one.
    pub fn organisation_id(&self) -> i64 {
        self.membership.organisation.as_ref().map_or(0, |organisation| organisation.id)
    }

    /// Somebody who acts in their first membership without asking for a page: the demo's people.
    pub fn without_session(
        user_id: i64,
        email: &str,
        name: &str,
        memberships: Vec<Membership>,
        at: Moment,
    ) -> Option<Who> {
        let membership = memberships.first()?.clone();
        let organisation = membership.organisation.as_ref();
        let actor = Actor {
            user_id: Some(user_id),
            who: name.to_owned(),
            membership_id: Some(membership.id),
            acting_as: organisation.map_or_else(String::new, |organisation| organisation.code.clone()),
            role: membership.role.word().to_owned(),
            from: "this machine".to_owned(),
        };
        Some(Who {
            user_id,
            email: email.to_owned(),
            name: name.to_owned(),
            membership,
            memberships,
            session: String::new(),
            actor,
            here: String::new(),
            done: None,
            demo_day: None,
            at,
        })
    }

    /// The shell of a page for this person.
    pub fn chrome(&self) -> Chrome {
        Chrome::of(self)
    }
}

impl Chrome {
    /// The shell of a page for the person who calls.
    pub fn of(who: &Who) -> Chrome {
        let shown = Shown {
            name: who.name.clone(),
            acting_as: who.membership.label(),
            can_switch: who.memberships.len() > 1,
            navigation: navigation(who.role()),
        };
        let chrome = Chrome::new(shown, &*who.here).demo(who.demo_day).at(who.at);
        match &who.done {
            Some(Done { sentence, undo }) => chrome.done(sentence).undo(undo.clone()),
            None => chrome,
        }
    }
}

/// The areas of the portal a role has, in the order of the menu.
pub fn navigation(role: Role) -> Vec<NavItem> {
    let item = |label, href| NavItem { label, href };
    let mut items = vec![item("Home", "/")];
    if GROUPS.contains(&role) {
        items.push(item("Groups", "/groups"));
        items.push(item("Criteria", "/criteria"));
    }
    if PEOPLE.contains(&role) {
        items.push(item("People", "/people"));
        items.push(item("Movements", "/movements"));
    }
    if DECISIONS.contains(&role) {
        items.push(item("Judgement cases", "/decisions"));
    }
    if PETITIONS.contains(&role) {
        items.push(item("Petitions", "/petitions"));
    }
    if RUNS.contains(&role) {
        items.push(item("Grouping runs", "/runs"));
    }
    if CAMPAIGNS.contains(&role) {
        items.push(item("Campaigns", "/campaigns"));
    }
    if IMPORTS.contains(&role) {
        items.push(item("Imports", "/imports"));
    }
    if role == Role::Auditor {
        items.push(item("Audit trail", "/audit"));
    }
    if role == Role::Administrator {
        items.push(item("Organisations", "/admin/organisations"));
        items.push(item("Users", "/admin/users"));
        items.push(item("Settings", "/admin/settings"));
        items.push(item("Outbox", "/admin/outbox"));
    }
    items
}

/// Roles that read the groups and their criteria.
pub const GROUPS: &[Role] = &[
    Role::Commissioner,
    Role::Gp,
    Role::PracticeStaff,
    Role::NetworkManager,
    Role::Provider,
    Role::Coordinator,
    Role::Analyst,
    Role::LayPartner,
];
/// Roles that comment on criteria proposals.
pub const COMMENTS: &[Role] = &[Role::Commissioner, Role::Provider, Role::LayPartner];
/// Roles that list people, within their scope.
pub const PEOPLE: &[Role] = &[
    Role::Commissioner,
    Role::Analyst,
    Role::Gp,
    Role::PracticeStaff,
    Role::NetworkManager,
    Role::Provider,
    Role::Coordinator,
];
/// Roles that read grouping runs; commissioners alone start them.
pub const RUNS: &[Role] = &[Role::Commissioner, Role::Analyst];
/// Roles that read judgement cases, within their scope; provider networks decide them and practices answer.
pub const DECISIONS: &[Role] = &[Role::Provider, Role::Commissioner, Role::Gp, Role::PracticeStaff];
/// Roles that read petitions, within their scope.
pub const PETITIONS: &[Role] =
    &[Role::Gp, Role::PracticeStaff, Role::NetworkManager, Role::Provider, Role::Commissioner];
/// Roles that read LTC6 campaigns of their localities; commissioners alone run them.
pub const CAMPAIGNS: &[Role] = &[Role::Commissioner, Role::Analyst, Role::Keyer];
/// Roles that read what people said in campaigns of their localities.
pub const RESULTS: &[Role] = &[Role::Commissioner, Role::Analyst];
/// Roles that note letters of a campaign that came back.
pub const NOTES_RETURNS: &[Role] = &[Role::Commissioner, Role::Keyer];
/// Roles that bring data in.
pub const IMPORTS: &[Role] = &[Role::Administrator, Role::Analyst, Role::Keyer];

/// Anybody who is signed in.
pub struct SignedIn(pub Who);

impl FromRequest for SignedIn {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<SignedIn, Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { caller(&request).await.map(SignedIn) })
    }
}

/// Makes an extractor for callers in one of some roles; others get 403.
macro_rules! in_role {
    ($(#[$meta:meta])* $name:ident: $roles:expr) => {
        $(#[$meta])*
        pub struct $name(pub Who);

        impl FromRequest for $name {
            type Error = Error;
            type Future = Pin<Box<dyn Future<Output = Result<$name, Error>>>>;

            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                let request = request.clone();
                Box::pin(async move {
                    let who = caller(&request).await?;
                    allow($roles, &who)?;
                    Ok($name(who))
                })
            }
        }
    };
}

in_role! {
    /// Keeps users, organisations, agreements and the outbox; sees no person.
    Administrator: &[Role::Administrator]
}
in_role! {
    /// Starts and applies grouping runs in its localities; drafts, proposes and approves their criteria.
    Commissioner: &[Role::Commissioner]
}
in_role! {
    /// May comment on criteria proposals.
    Comments: COMMENTS
}
in_role! {
    /// May read groups and criteria.
    ReadsGroups: GROUPS
}
in_role! {
    /// May list people, within [`crate::people::scope::Scope`].
    ReadsPeople: PEOPLE
}
in_role! {
    /// May read grouping runs.
    ReadsRuns: RUNS
}
in_role! {
    /// May read judgement cases, within its scope.
    ReadsDecisions: DECISIONS
}
in_role! {
    /// Answers criteria proposals and decides judgement cases for a provider network.
    Provider: &[Role::Provider]
}
in_role! {
    /// Reads the audit trail of a commissioner's localities.
    Auditor: &[Role::Auditor]
}
in_role! {
    /// Answers for a practice.
    Practice: &[Role::Gp, Role::PracticeStaff]
}
in_role! {
    /// May read petitions, within its scope.
    ReadsPetitions: PETITIONS
}
in_role! {
    /// Drafts petitions for a practice.
    DraftsPetitions: &[Role::Gp, Role::PracticeStaff, Role::NetworkManager]
}
in_role! {
    /// Owns petitions: submits, answers for, withdraws and appeals.
    OwnsPetitions: &[Role::Gp, Role::NetworkManager]
}
in_role! {
    /// A GP, for the practice.
    Gp: &[Role::Gp]
}
in_role! {
    /// May read LTC6 campaigns.
    ReadsCampaigns: CAMPAIGNS
}
in_role! {
    /// May read what people said in LTC6 campaigns.
    ReadsResults: RESULTS
}
in_role! {
    /// Reads what people wrote before anybody else does.
    Moderator: &[Role::Keyer]
}
in_role! {
    /// Notes letters of a campaign that came back.
    NotesReturns: NOTES_RETURNS
}
in_role! {
    /// Keys forms that came back on paper or by telephone.
    KeysForms: &[Role::Keyer]
}
in_role! {
    /// May bring data in.
    Imports: IMPORTS
}

fn allow(roles: &[Role], who: &Who) -> Result<(), Error> {
    if roles.contains(&who.role()) {
        return Ok(());
    }
    let could = who.memberships.iter().filter(|other| roles.contains(&other.role));
    Err(Error::Forbidden { acting_as: who.membership.label(), could: could.map(Membership::label).collect() })
}

/// The words a session holds.
pub mod session_words {
    pub const USER: &str = "user";
    pub const MEMBERSHIP: &str = "membership";
    pub const REFERENCE: &str = "reference";
    pub const FROM: &str = "from";
    pub const BROWSER: &str = "browser";
    pub const DONE: &str = "done";
    /// Who calls, as the database has it at this request: read with the session, and never kept in it.
    pub const CALLER: &str = "caller";
}

/// What the last step has done, and where it is undone, if it can be.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Done {
    sentence: String,
    undo: Option<String>,
}

/// Shows `sentence` once, at the top of the next page.
pub fn say_done(session: &Session, sentence: &str) -> Result<(), Error> {
    keep_done(session, sentence, None)
}

/// The same with a button that posts to `undo`.
pub fn say_undoable(session: &Session, sentence: &str, undo: String) -> Result<(), Error> {
    keep_done(session, sentence, Some(undo))
}

fn keep_done(session: &Session, sentence: &str, undo: Option<String>) -> Result<(), Error> {
    session
        .insert(session_words::DONE, Done { sentence: sentence.to_owned(), undo })
        .map_err(|error| anyhow::anyhow!("keeping a message: {error}").into())
}

async fn caller(request: &HttpRequest) -> Result<Who, Error> {
    let session = request.get_session();
    let sign_in = || Error::SignIn { to: wanted(request) };
    let user_id: i64 = session.get(session_words::USER).ok().flatten().ok_or_else(sign_in)?;
    let reference: String = session.get(session_words::REFERENCE).ok().flatten().ok_or_else(sign_in)?;
    let membership: Option<i64> = session.get(session_words::MEMBERSHIP).ok().flatten();
    let clock = request.app_data::<web::Data<Clock>>().expect("every application holds a clock");
    let now = clock.now();
    let Some(Caller { email, name, memberships, seen_at }) =
        session.get(session_words::CALLER).ok().flatten()
    else {
        session.purge();
        return Err(sign_in());
    };
    if now.moment - seen_at > Duration::minutes(5) {
        let database = request.app_data::<web::Data<Database>>().expect("every application holds a database");
        let seen = reference.clone();
        database.write(move |conn| note_seen(conn, &seen, now.moment)).await?;
    }
    let acted_as =
        memberships.iter().find(|each| Some(each.id) == membership).or(memberships.first()).cloned();
    let Some(acted_as) = acted_as else {
        session.purge();
        return Err(sign_in());
    };
    let actor = Actor {
        user_id: Some(user_id),
        who: name.clone(),
        membership_id: Some(acted_as.id),
        acting_as: acted_as
            .organisation
            .as_ref()
            .map_or_else(String::new, |organisation| organisation.code.clone()),
        role: acted_as.role.word().to_owned(),
        from: from_address(request),
    };
    // Taking a word out marks the session as changed, and it would be written at every page.
    let is_said =
        session.contains_key(session_words::DONE) && *request.method() == actix_web::http::Method::GET;
    let done = match is_said {
        true => session.remove_as(session_words::DONE).and_then(Result::ok),
        false => None,
    };
    Ok(Who {
        user_id,
        email,
        name,
        membership: acted_as,
        memberships,
        session: reference,
        actor,
        here: request.path().to_owned(),
        done,
        demo_day: clock.is_fixed().then_some(now.today),
        at: now.moment,
    })
}

/// The address a call came from: the peer's, or the last proxy's word for it where that is trusted.
pub fn from_address(request: &HttpRequest) -> String {
    let trusts = request.app_data::<web::Data<crate::app::TrustProxy>>().is_some_and(|trust| trust.0);
    let forwarded = request.headers().get("x-forwarded-for").and_then(|value| value.to_str().ok());
    let last =
        forwarded.and_then(|list| list.rsplit(',').next()).map(str::trim).filter(|last| !last.is_empty());
    match last {
        Some(last) if trusts => last.chars().take(60).collect(),
        _ => request.peer_addr().map_or_else(|| "unknown".to_owned(), |peer| peer.ip().to_string()),
    }
}

/// Where to go back to after signing in: the page asked for, if it was asked for by GET.
fn wanted(request: &HttpRequest) -> String {
    match *request.method() == actix_web::http::Method::GET {
        true => request.uri().path_and_query().map_or_else(String::new, ToString::to_string),
        false => String::new(),
    }
}

/// A user with the memberships in date, as the database has them at a request.
#[derive(Debug, Serialize, Deserialize)]
pub struct Caller {
    email: String,
    name: String,
    memberships: Vec<Membership>,
    /// When the session was last noted as used.
    seen_at: Moment,
}

impl Caller {
    pub fn of(
        conn: &mut Conn,
        user_id: i64,
        seen_at: Moment,
        today: NaiveDate,
    ) -> Result<Option<Caller>, Error> {
        let user = users::table.find(user_id).select((users::email, users::name));
        let Some((email, name)) = user.first::<(String, String)>(conn).optional()? else { return Ok(None) };
        Ok(Some(Caller { email, name, memberships: memberships_of(conn, user_id, today)?, seen_at }))
    }
}

impl Serialize for Role {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.word())
    }
}

impl<'de> Deserialize<'de> for Role {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Role, D::Error> {
        let word = String::deserialize(from)?;
        Role::from_word(&word).ok_or_else(|| serde::de::Error::custom("no role"))
    }
}

/// The memberships of a user in date on `today`, oldest first.
pub fn memberships_of(conn: &mut Conn, user_id: i64, today: NaiveDate) -> Result<Vec<Membership>, Error> {
    type Row = (i64, Role, Option<i64>, Option<String>, Option<String>);
    let rows: Vec<Row> = memberships::table
        .left_join(organisations::table)
        .filter(memberships::user_id.eq(user_id))
        .filter(memberships::from_on.le(today))
        .filter(memberships::to_on.is_null().or(memberships::to_on.ge(today)))
        .order((memberships::from_on, memberships::id))
        .select((
            memberships::id,
            memberships::role,
            organisations::id.nullable(),
            organisations::code.nullable(),
            organisations::name.nullable(),
        ))
        .load(conn)?;
    let made = rows.into_iter().map(|(id, role, organisation, code, name)| Membership {
        id,
        role,
        organisation: match (organisation, code, name) {
            (Some(id), Some(code), Some(name)) => Some(ActingFor { id, code, name }),
            _ => None,
        },
    });
    Ok(made.collect())
}

fn note_seen(conn: &mut Conn, session: &str, now: Moment) -> Result<(), Error> {
    diesel::update(sessions::table.filter(sessions::reference.eq(session)))
        .set(sessions::seen_at.eq(now))
        .execute(conn)?;
    Ok(())
}
