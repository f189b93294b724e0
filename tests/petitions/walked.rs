//! Every act on a petition, sent as a form in every state by everybody: the answer is what the rules say, and whoever is
//! refused has changed nothing.

use std::collections::BTreeSet;

use common_ground::petitions::life::{Act, By, Caller, Refusal, Round, State, Withdrawal};
use common_ground::petitions::petition::{Cares, Category, Petition, ReasonCode};
use common_ground::schema::{
    audit_entries, holds, movements, network_members, outgoing_mail, petition_appeals, petition_assignments,
    petition_conditions, petition_decisions, petition_drafters, petition_events, petition_opinions,
    petition_questions, petition_reviews, petitions,
};

use super::*;
use crate::petitions_list::organisation;
use crate::samples;

/// What a form asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Asks {
    Edit,
    Record,
    Submit,
    Opinion,
    Grant,
    Refuse,
    Question,
    Answer,
    Consent,
    Decline,
    Review,
    Withdraw,
    Appeal,
    Assign,
}

use Asks::{
    Answer as GiveAnswer, Appeal, Assign, Consent, Decline, Edit, Grant, Opinion as Opine, Question, Record,
    Refuse, Review, Submit, Withdraw,
};

/// A form's fields: name and value.
type Fields = &'static [(&'static str, &'static str)];

/// The last part of the address, and the form.
const FORMS: &[(Asks, &str, Fields)] = &[
    (
        Edit,
        "edit",
        &[
            ("category", "clinical_judgement"),
            ("to_group", "SEMI"),
            ("case_text", CASE),
            ("discussed", "yes"),
            ("effective_day", "8 4 2015"),
        ],
    ),
    (Record, "record", &[("fact", "ltc_count"), ("count", "2")]),
    (Submit, "submit", &[]),
    (Opine, "opinion", &[("opinion", "support"), ("reason", "We know her well")]),
    (
        Grant,
        "decide",
        &[
            ("choice", "grant"),
            ("grant_code", "case_accepted"),
            ("grant_words", "Agreed."),
            ("effective_day", "8 4 2015"),
            ("review_day", "1 4 2016"),
        ],
    ),
    (Refuse, "decide", REFUSED),
    (Question, "decide", &[("choice", "ask"), ("question", "Since when?")]),
    (GiveAnswer, "answer", &[("text", "Since January.")]),
    (Consent, "consent", &[("choice", "consent")]),
    (Decline, "consent", &[("choice", "decline"), ("reason", "We see no need for it")]),
    (Review, "review", &[("choice", "end"), ("reason", "Discharged")]),
    (Withdraw, "withdraw", &[("text", "No longer so.")]),
    (Appeal, "appeal", &[("text", "She is in hospital now.")]),
    (Assign, "assign", &[("to", "nobody"), ("was", "nobody")]),
];

impl Asks {
    /// Whose address it is.
    fn roles(self) -> &'static [Role] {
        match self {
            Edit | Record | Submit => &[Role::Gp, Role::PracticeStaff, Role::NetworkManager],
            Opine => &[Role::Provider],
            Grant | Refuse | Question => &[Role::Commissioner],
            GiveAnswer | Withdraw | Appeal => &[Role::Gp, Role::NetworkManager],
            Consent | Decline | Review => &[Role::Gp],
            Assign => common_ground::access::PETITIONS,
        }
    }

    /// The act of the state table; none where a form is none of the table's.
    fn act(self, state: State) -> Option<Act> {
        let on_appeal = state == State::Appealed;
        Some(match self {
            Submit => Act::Submit,
            Opine => Act::Opinion,
            Grant => {
                if on_appeal {
                    Act::Overturn
                } else {
                    Act::Approve
                }
            }
            Refuse => {
                if on_appeal {
                    Act::Confirm
                } else {
                    Act::Reject
                }
            }
            Question => Act::Ask,
            GiveAnswer => Act::Answer,
            Consent => Act::Consent,
            Decline => Act::Withdraw(Withdrawal::PracticeDeclined),
            Withdraw => Act::Withdraw(Withdrawal::ByOwner),
            Appeal => Act::Appeal,
            Edit | Record | Review | Assign => return None,
        })
    }
}

/// Somebody who tries.
struct Tries {
    browser: Browser,
    user: i64,
    role: Role,
    /// What the rules have to know of them; none where the petition is not theirs to see.
    sees: Option<Caller>,
    name: &'static str,
}

/// What a caller of a side is.
fn caller(role: Role) -> Caller {
    let owner = matches!(role, Role::Gp | Role::PracticeStaff | Role::NetworkManager);
    let is_asked = role == Role::Provider;
    Caller { role, drafted: false, rejected: false, is_asked, is_new_practice: false, is_owner: owner }
}

async fn tries(
    portal: &TestPortal,
    name: &'static str,
    (role, code): (Role, &str),
    sees: Option<Caller>,
) -> Tries {
    let email = format!("{name}@example.org");
    let place = (!code.is_empty()).then_some(code);
    let user = portal.add_user(&email, role, place);
    Tries { browser: portal.signed_in(&email).await, user, role, sees, name }
}

const REJECTER: &str = "rejecter";
const NEW_GP: &str = "new.gp";

async fn everybody(portal: &TestPortal) -> Vec<Tries> {
    let seen = |role: Role| Some(caller(role));
    let new = Caller { is_new_practice: true, is_owner: false, ..caller(Role::Gp) };
    let mut all = Vec::new();
    for (name, of, sees) in [
        ("gp", (Role::Gp, "E87001"), seen(Role::Gp)),
        ("staff", (Role::PracticeStaff, "E87001"), seen(Role::PracticeStaff)),
        ("manager", (Role::NetworkManager, "NET01"), seen(Role::NetworkManager)),
        ("network", (Role::Provider, "PN01"), seen(Role::Provider)),
        ("commissioner", (Role::Commissioner, "CCG01"), seen(Role::Commissioner)),
        (
            REJECTER,
            (Role::Commissioner, "CCG01"),
            Some(Caller { rejected: true, ..caller(Role::Commissioner) }),
        ),
        (NEW_GP, (Role::Gp, "E87003"), Some(new)),
        ("other.gp", (Role::Gp, "E87004"), None),
        ("other.staff", (Role::PracticeStaff, "E87004"), None),
        ("other.manager", (Role::NetworkManager, "NET02"), None),
        ("other.network", (Role::Provider, "PN03"), None),
        ("other.commissioner", (Role::Commissioner, "CCG02"), None),
        ("coordinator", (Role::Coordinator, "PN01"), None),
        ("analyst", (Role::Analyst, "CCG01"), None),
        ("auditor", (Role::Auditor, "CCG01"), None),
        ("lay.partner", (Role::LayPartner, "CCG01"), None),
        ("administrator", (Role::Administrator, ""), None),
    ] {
        all.push(tries(portal, name, of, sees).await);
    }
    all
}

/// A petition that can be put in any state.
struct Laid<'a> {
    portal: &'a TestPortal,
    id: i64,
    path: String,
    rejecter: i64,
}

impl Laid<'_> {
    /// The petition in a state, with what belongs to it and nothing else.
    fn put(&self, state: State, waits: bool) {
        let id = self.id;
        self.portal.write(|conn| {
            diesel::delete(petition_appeals::table.filter(petition_appeals::petition_id.eq(id)))
                .execute(conn)?;
            diesel::delete(petition_assignments::table.filter(petition_assignments::petition_id.eq(id)))
                .execute(conn)?;
            diesel::delete(petition_conditions::table.filter(petition_conditions::petition_id.eq(id)))
                .execute(conn)?;
            diesel::delete(petition_decisions::table.filter(petition_decisions::petition_id.eq(id)))
                .execute(conn)?;
            diesel::delete(petition_drafters::table.filter(petition_drafters::petition_id.eq(id)))
                .execute(conn)?;
            diesel::delete(petition_opinions::table.filter(petition_opinions::petition_id.eq(id)))
                .execute(conn)?;
            diesel::delete(petition_questions::table.filter(petition_questions::petition_id.eq(id)))
                .execute(conn)?;
            let sent = state != State::Draft;
            let new = waits.then(|| organisation(conn, "E87003"));
            diesel::update(petitions::table.find(id))
                .set((
                    (
                        petitions::state.eq(state),
                        petitions::version.eq(1),
                        petitions::practice_id.eq(organisation(conn, "E87001")),
                        petitions::new_practice_id.eq(new),
                        petitions::to_group.eq("SEMI"),
                        petitions::category.eq(Category::ClinicalJudgement),
                        petitions::fact.eq(None::<&str>),
                        petitions::fact_value.eq(None::<&str>),
                        petitions::register_value.eq(None::<&str>),
                        petitions::effective_on.eq(day() + chrono::Days::new(7)),
                        petitions::ready.eq(false),
                    ),
                    (
                        petitions::submitted_on.eq(sent.then_some(day())),
                        petitions::stage_from.eq(sent.then_some(day())),
                        petitions::stage_days.eq(sent.then_some(10)),
                        petitions::due_on
                            .eq((sent && state != State::InfoRequested)
                                .then_some(day() + chrono::Days::new(14))),
                        petitions::closed_on.eq((!state.is_open()).then_some(day())),
                        petitions::withdrawal.eq((state == State::Withdrawn).then_some(Withdrawal::ByOwner)),
                        petitions::review_on.eq(None::<chrono::NaiveDate>),
                        petitions::assigned_to.eq(None::<i64>),
                    ),
                ))
                .execute(conn)?;
            if sent {
                self.put_around(conn, state)?;
            }
            Ok(())
        });
    }

    fn put_around(
        &self,
        conn: &mut common_ground::database::Conn,
        state: State,
    ) -> Result<(), common_ground::error::Error> {
        for (network, cares) in [("PN01", Cares::Both), ("PN02", Cares::Would)] {
            diesel::insert_into(petition_opinions::table)
                .values((
                    petition_opinions::petition_id.eq(self.id),
                    petition_opinions::network_id.eq(organisation(conn, network)),
                    petition_opinions::cares.eq(cares),
                    petition_opinions::asked_on.eq(day()),
                ))
                .execute(conn)?;
        }
        if state == State::InfoRequested {
            diesel::insert_into(petition_questions::table)
                .values((
                    petition_questions::petition_id.eq(self.id),
                    petition_questions::asked_in.eq(State::UnderReview),
                    petition_questions::question.eq("Since when?"),
                    petition_questions::asked_who.eq("Somebody"),
                    petition_questions::asked_on.eq(day()),
                ))
                .execute(conn)?;
        }
        if matches!(state, State::Rejected | State::Appealed | State::RejectionConfirmed | State::Overturned)
        {
            diesel::insert_into(petition_decisions::table)
                .values((
                    petition_decisions::petition_id.eq(self.id),
                    petition_decisions::on_appeal.eq(false),
                    petition_decisions::granted.eq(false),
                    petition_decisions::reason_code.eq(ReasonCode::OtherReason),
                    petition_decisions::words.eq("Not yet."),
                    petition_decisions::decided_by.eq(self.rejecter),
                    petition_decisions::who.eq("Somebody"),
                    petition_decisions::decided_on.eq(day()),
                ))
                .execute(conn)?;
        }
        Ok(())
    }

    fn note_drafter(&self, user: i64) {
        let row = (petition_drafters::petition_id.eq(self.id), petition_drafters::user_id.eq(user));
        self.portal
            .write(|conn| Ok(diesel::insert_into(petition_drafters::table).values(row).execute(conn)?));
    }

    /// The petition, and how much is kept of it and of anything it leads to.
    fn kept(&self) -> (Petition, Vec<i64>) {
        self.portal.read(|conn| {
            let petition = petitions::table.find(self.id).select(Petition::as_select()).first(conn)?;
            Ok((
                petition,
                vec![
                    petition_appeals::table.count().get_result(conn)?,
                    petition_assignments::table.count().get_result(conn)?,
                    petition_decisions::table.count().get_result(conn)?,
                    petition_drafters::table.count().get_result(conn)?,
                    petition_events::table.count().get_result(conn)?,
                    petition_opinions::table
                        .filter(petition_opinions::opinion.is_not_null())
                        .count()
                        .get_result(conn)?,
                    petition_questions::table
                        .filter(petition_questions::answer.is_not_null())
                        .count()
                        .get_result(conn)?,
                    petition_questions::table.count().get_result(conn)?,
                    petition_reviews::table.count().get_result(conn)?,
                    audit_entries::table.count().get_result(conn)?,
                    outgoing_mail::table.count().get_result(conn)?,
                    holds::table.count().get_result(conn)?,
                    movements::table.count().get_result(conn)?,
                ],
            ))
        })
    }
}

/// What the rules say of a form: the status it is answered with.
fn expected(asks: Asks, (state, waits): (State, bool), tries: &Tries, drafted: bool) -> StatusCode {
    if !asks.roles().contains(&tries.role) {
        return StatusCode::FORBIDDEN;
    }
    let hidden = match tries.role {
        // Drafts are the practice's alone.
        Role::Commissioner | Role::Provider => state == State::Draft,
        _ => tries.name == NEW_GP && !waits,
    };
    let Some(caller) = tries.sees.filter(|_| !hidden) else { return StatusCode::NOT_FOUND };
    let done = |is_done: bool| if is_done { StatusCode::SEE_OTHER } else { StatusCode::CONFLICT };
    match asks {
        // Only what nobody has sent yet is written on; staff have it ready for a GP.
        Edit | Record | Submit if state != State::Draft => StatusCode::CONFLICT,
        Edit | Record => StatusCode::SEE_OTHER,
        Submit if tries.role == Role::PracticeStaff => StatusCode::SEE_OTHER,
        Assign => done(state.is_open()),
        Review => StatusCode::CONFLICT,
        _ => {
            let round = Round {
                state,
                asked: 2,
                given: 0,
                asked_in: (state == State::InfoRequested).then_some(State::UnderReview),
                was_appealed: false,
                time_is_out: false,
                waits_for_consent: waits,
            };
            let act = asks.act(state).expect("all others are acts of the table");
            match round.after(act, By::Member(Caller { drafted, ..caller })) {
                Ok(_) => StatusCode::SEE_OTHER,
                Err(Refusal::Role | Refusal::Drafter | Refusal::SameCommissioner) => StatusCode::FORBIDDEN,
                Err(_) => StatusCode::CONFLICT,
            }
        }
    }
}

/// A form in a state by somebody, who may have drafted the petition.
async fn attempt(
    laid: &Laid<'_>,
    (state, waits): (State, bool),
    tries: &mut Tries,
    drafted: bool,
    done: &mut BTreeSet<Asks>,
) {
    laid.put(state, waits);
    let note = |user| {
        if drafted {
            laid.note_drafter(user)
        }
    };
    note(tries.user);
    let concerns = |asks: &Asks| match asks {
        Grant | Refuse => true,
        Question | Opine | Submit => !waits,
        Consent | Decline | Withdraw => !drafted,
        _ => !drafted && !waits,
    };
    for (number, (asks, below, fields)) in FORMS.iter().enumerate().filter(|(_, form)| concerns(&form.0)) {
        let case = format!("{asks:?} in {state:?} by {}, waits {waits}, drafted {drafted}", tries.name);
        let before = laid.kept();
        let key = format!("{}-{state:?}-{waits}-{drafted}-{number}", tries.name);
        let mut sent = vec![("key", &*key), ("version", "1")];
        sent.extend(*fields);
        let answer = tries.browser.post(&format!("{}/{below}", laid.path), &sent).await;
        assert_eq!(
            answer.status,
            expected(*asks, (state, waits), tries, drafted),
            "{case}: {}",
            answer.text()
        );
        if answer.status == StatusCode::SEE_OTHER {
            done.insert(*asks);
            laid.put(state, waits);
            note(tries.user);
        } else {
            assert_eq!(laid.kept(), before, "{case}: refused, and nothing is written");
        }
    }
}

fn laid<'a>(portal: &'a TestPortal, all: &[Tries]) -> Laid<'a> {
    let rejecter = all.iter().find(|one| one.name == REJECTER).unwrap().user;
    portal.write(|conn| {
        let (network, practice) = (organisation(conn, "NET01"), organisation(conn, "E87001"));
        diesel::insert_into(network_members::table)
            .values((
                network_members::network_id.eq(network),
                network_members::member_id.eq(practice),
                network_members::from_on.eq(day()),
            ))
            .execute(conn)?;
        let (person, practice) = (samples::person(conn, HEALTHY), organisation(conn, "E87001"));
        let locality: i64 = common_ground::schema::organisations::table
            .find(practice)
            .select(common_ground::schema::organisations::locality_id.assume_not_null())
            .first(conn)?;
        diesel::insert_into(petitions::table)
            .values((
                petitions::reference.eq("CG-WALKED"),
                petitions::person_id.eq(person),
                petitions::locality_id.eq(locality),
                petitions::practice_id.eq(practice),
                petitions::from_group.eq("HEALTHY_75"),
                petitions::case_text.eq(CASE),
                petitions::discussed.eq(true),
                petitions::not_discussed_why.eq(""),
                petitions::state.eq(State::Draft),
                petitions::drafted_on.eq(day()),
                petitions::ready.eq(false),
            ))
            .execute(conn)?;
        Ok(())
    });
    let id = portal.read(|conn| {
        Ok(petitions::table.filter(petitions::reference.eq("CG-WALKED")).select(petitions::id).first(conn)?)
    });
    Laid { portal, id, path: "/petitions/CG-WALKED".into(), rejecter }
}

on_both! {
    async fn every_form_in_every_state_by_everybody_is_answered_as_the_rules_say(portal) {
        let portal = cared_for(portal);
        portal.write(|conn| {
            let values = (
                common_ground::schema::organisations::code.eq("PN03"),
                common_ground::schema::organisations::name.eq("Example Open Network"),
                common_ground::schema::organisations::name_key.eq("example open network"),
                common_ground::schema::organisations::kind.eq("provider_network"),
                common_ground::schema::organisations::opened_on.eq(day()),
            );
            Ok(diesel::insert_into(common_ground::schema::organisations::table).values(values).execute(conn)?)
        });
        let mut all = everybody(&portal).await;
        let laid = laid(&portal, &all);
        let mut done = BTreeSet::new();
        for state in State::ALL {
            for tries in &mut all {
                attempt(&laid, (*state, false), tries, false, &mut done).await;
                if tries.sees.is_none() {
                    continue;
                }
                attempt(&laid, (*state, false), tries, true, &mut done).await;
                if *state != State::Draft {
                    attempt(&laid, (*state, true), tries, false, &mut done).await;
                }
            }
        }
        // There is no hold to look at again.
        let known = FORMS.iter().map(|form| form.0).filter(|asks| *asks != Review);
        assert_eq!(done, known.collect(), "each can be done by somebody");
    }
}

#[test]
fn every_form_of_a_petition_is_walked() {
    let routes = include_str!("../../src/petitions/mod.rs");
    let posts = routes.lines().filter(|line| line.contains("web::post()"));
    let of_one = posts.filter_map(|line| line.split_once("\"/petitions/{reference}/")?.1.split('"').next());
    let walked: BTreeSet<&str> = FORMS.iter().map(|(_, below, _)| *below).collect();
    assert_eq!(of_one.collect::<BTreeSet<&str>>(), walked);
}
