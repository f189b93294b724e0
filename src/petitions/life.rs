//! The life of a petition (design section 4): which act leads from which state to which, and whose act it is.

use std::fmt;

use crate::access::Role;
use crate::stored_as_text;

stored_as_text! {
    /// Where a petition stands.
    State {
        Draft = "draft",
        Submitted = "submitted",
        WithProvider = "with_provider",
        UnderReview = "under_review",
        InfoRequested = "info_requested",
        Approved = "approved",
        Rejected = "rejected",
        Withdrawn = "withdrawn",
        Appealed = "appealed",
        RejectionConfirmed = "rejection_confirmed",
        Overturned = "overturned",
    }
}

impl State {
    /// As a tag says it.
    pub fn label(self) -> &'static str {
        match self {
            State::Draft => "Draft",
            State::Submitted => "Submitted",
            State::WithProvider => "With provider",
            State::UnderReview => "Under review",
            State::InfoRequested => "Information requested",
            State::Approved => "Approved",
            State::Rejected => "Rejected",
            State::Withdrawn => "Withdrawn",
            State::Appealed => "Appealed",
            State::RejectionConfirmed => "Rejection confirmed",
            State::Overturned => "Rejection overturned",
        }
    }

    /// Whether somebody still has to act: a person has one open petition at most.
    pub fn is_open(self) -> bool {
        match self {
            State::Draft
            | State::Submitted
            | State::WithProvider
            | State::UnderReview
            | State::InfoRequested
            | State::Appealed => true,
            State::Approved
            | State::Rejected
            | State::Withdrawn
            | State::RejectionConfirmed
            | State::Overturned => false,
        }
    }

    /// Whether the person is moved on the effective date.
    pub fn moves(self) -> bool {
        matches!(self, State::Approved | State::Overturned)
    }
}

stored_as_text! {
    /// Why a petition was withdrawn: by who filed it, or by an event. `Settled` is by a change of criteria,
    /// `PracticeDeclined` by the practice the person has moved to.
    Withdrawal {
        ByOwner = "by_owner",
        Died = "died",
        Left = "left",
        Settled = "settled",
        PracticeDeclined = "practice_declined",
    }
}

/// What can be done with a petition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Submit,
    /// A network says what it thinks.
    Opinion,
    /// The date for opinions is out.
    TimeOut,
    Ask,
    Answer,
    Approve,
    Reject,
    Withdraw(Withdrawal),
    Appeal,
    Confirm,
    Overturn,
    /// The practice the person has moved to goes on with it.
    Consent,
}

impl Act {
    pub const ALL: [Act; 16] = [
        Act::Submit,
        Act::Opinion,
        Act::TimeOut,
        Act::Ask,
        Act::Answer,
        Act::Approve,
        Act::Reject,
        Act::Withdraw(Withdrawal::ByOwner),
        Act::Withdraw(Withdrawal::Died),
        Act::Withdraw(Withdrawal::Left),
        Act::Withdraw(Withdrawal::Settled),
        Act::Withdraw(Withdrawal::PracticeDeclined),
        Act::Appeal,
        Act::Confirm,
        Act::Overturn,
        Act::Consent,
    ];
}

/// What an act's outcome hangs on besides the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Round {
    pub state: State,
    /// Networks that were, or on submitting would be, asked for an opinion, and how many have given it.
    pub asked: usize,
    pub given: usize,
    /// The state in which information was asked for.
    pub asked_in: Option<State>,
    /// Whether a rejection has been appealed against before.
    pub was_appealed: bool,
    /// Whether the time for an appeal, or for opinions, is out.
    pub time_is_out: bool,
    /// Whether the person has moved to a practice that has not said yet whether it goes on.
    pub waits_for_consent: bool,
}

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The clock, a register or a change of criteria.
    Event,
    /// A member in a role, whose scope the petition is in.
    Member(Caller),
}

/// A member, and what they have had to do with a petition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    pub role: Role,
    /// Whether they wrote any of it, in whatever role.
    pub drafted: bool,
    /// Whether they rejected it.
    pub rejected: bool,
    /// Whether their organisation is asked for an opinion and has not given it.
    pub is_asked: bool,
    /// Whether their practice, or one of their network's, is the person's new practice, whose consent is waited for.
    pub is_new_practice: bool,
    /// Whether it is a petition of their practice, or of one of their network's.
    pub is_owner: bool,
}

/// Why an act is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Not an act of this state.
    State(State),
    /// Not an act of this role.
    Role,
    /// Whoever drafted a petition may not decide it, in any role.
    Drafter,
    /// An appeal is decided by another commissioner.
    SameCommissioner,
    /// A rejection is appealed against once.
    AppealedBefore,
    TimeIsOut,
    /// Opinions are still waited for.
    NotYet,
    /// The practice the person moved to has not consented.
    NoConsent,
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::State(state) => {
                write!(out, "This petition stands at “{}”, so this cannot be done with it now", state.label())
            }
            Refusal::Role => out.write_str("This is not yours to do"),
            Refusal::Drafter => {
                out.write_str("You drafted this petition, so another commissioner must decide it")
            }
            Refusal::SameCommissioner => {
                out.write_str("You rejected this petition, so another commissioner must decide the appeal")
            }
            Refusal::AppealedBefore => out.write_str("A rejection can be appealed against once"),
            Refusal::TimeIsOut => out.write_str("The time for this is over"),
            Refusal::NotYet => out.write_str("Opinions are still waited for"),
            Refusal::NoConsent => {
                out.write_str("The person has moved to another practice, which has to consent first")
            }
        }
    }
}

impl Round {
    /// The state after an act of somebody.
    ///
    /// # Errors
    /// Where it is not theirs to do, or not to be done now.
    pub fn after(&self, act: Act, by: By) -> Result<State, Refusal> {
        let state = self.next(act)?;
        self.is_whose(act, by)?;
        match (self.waits_for_consent, act) {
            (true, Act::Approve | Act::Overturn) => Err(Refusal::NoConsent),
            (false, Act::Consent | Act::Withdraw(Withdrawal::PracticeDeclined)) => Err(Refusal::Role),
            _ => Ok(state),
        }
    }

    /// The table of design section 4, without a wildcard for a state.
    fn next(&self, act: Act) -> Result<State, Refusal> {
        use State::{
            Appealed, Approved, Draft, InfoRequested, Overturned, Rejected, RejectionConfirmed, Submitted,
            UnderReview, WithProvider, Withdrawn,
        };
        let to = match (self.state, act) {
            // Submitted is passed through in one transaction.
            (Draft | Submitted, Act::Submit) if self.asked > 0 => WithProvider,
            (Draft | Submitted, Act::Submit) => UnderReview,
            (WithProvider, Act::Opinion) if self.given + 1 >= self.asked => UnderReview,
            (WithProvider, Act::Opinion) => WithProvider,
            (WithProvider, Act::TimeOut) if self.time_is_out => UnderReview,
            (WithProvider, Act::TimeOut) => return Err(Refusal::NotYet),
            (WithProvider | UnderReview, Act::Ask) => InfoRequested,
            (InfoRequested, Act::Answer) => self.asked_in.unwrap_or(UnderReview),
            (UnderReview, Act::Approve) => Approved,
            (UnderReview, Act::Reject) => Rejected,
            (Draft | Submitted | WithProvider | UnderReview | InfoRequested | Appealed, Act::Withdraw(_)) => {
                Withdrawn
            }
            (Submitted | WithProvider | UnderReview | InfoRequested | Appealed, Act::Consent) => self.state,
            (Rejected, Act::Appeal) if self.was_appealed => return Err(Refusal::AppealedBefore),
            (Rejected, Act::Appeal) if self.time_is_out => return Err(Refusal::TimeIsOut),
            (Rejected, Act::Appeal) => Appealed,
            (Appealed, Act::Confirm) => RejectionConfirmed,
            (Appealed, Act::Overturn) => Overturned,
            (
                Draft,
                Act::Opinion
                | Act::TimeOut
                | Act::Ask
                | Act::Answer
                | Act::Approve
                | Act::Reject
                | Act::Appeal
                | Act::Confirm
                | Act::Overturn
                | Act::Consent,
            )
            | (
                Submitted,
                Act::Opinion
                | Act::TimeOut
                | Act::Ask
                | Act::Answer
                | Act::Approve
                | Act::Reject
                | Act::Appeal
                | Act::Confirm
                | Act::Overturn,
            )
            | (
                WithProvider,
                Act::Submit
                | Act::Answer
                | Act::Approve
                | Act::Reject
                | Act::Appeal
                | Act::Confirm
                | Act::Overturn,
            )
            | (
                UnderReview,
                Act::Submit
                | Act::Opinion
                | Act::TimeOut
                | Act::Answer
                | Act::Appeal
                | Act::Confirm
                | Act::Overturn,
            )
            | (
                InfoRequested,
                Act::Submit
                | Act::Opinion
                | Act::TimeOut
                | Act::Ask
                | Act::Approve
                | Act::Reject
                | Act::Appeal
                | Act::Confirm
                | Act::Overturn,
            )
            | (
                Appealed,
                Act::Submit
                | Act::Opinion
                | Act::TimeOut
                | Act::Ask
                | Act::Answer
                | Act::Approve
                | Act::Reject
                | Act::Appeal,
            )
            | (
                Rejected,
                Act::Submit
                | Act::Opinion
                | Act::TimeOut
                | Act::Ask
                | Act::Answer
                | Act::Approve
                | Act::Reject
                | Act::Withdraw(_)
                | Act::Confirm
                | Act::Overturn
                | Act::Consent,
            )
            | (Approved | Withdrawn | RejectionConfirmed | Overturned, _) => {
                return Err(Refusal::State(self.state));
            }
        };
        Ok(to)
    }

    /// Whose act it is; the drafter never reviews, which asking for information is part of.
    fn is_whose(&self, act: Act, by: By) -> Result<(), Refusal> {
        let caller = match (act, by) {
            (Act::TimeOut, By::Event) => return Ok(()),
            (Act::Withdraw(Withdrawal::Died | Withdrawal::Left | Withdrawal::Settled), By::Event) => {
                return Ok(());
            }
            (_, By::Event) => return Err(Refusal::Role),
            (_, By::Member(caller)) => caller,
        };
        let owner = caller.is_owner && matches!(caller.role, Role::Gp | Role::NetworkManager);
        let is_theirs = match act {
            Act::Submit | Act::Answer | Act::Withdraw(Withdrawal::ByOwner) | Act::Appeal => owner,
            Act::Opinion => caller.role == Role::Provider && caller.is_asked,
            Act::Ask | Act::Approve | Act::Reject | Act::Confirm | Act::Overturn => {
                caller.role == Role::Commissioner
            }
            Act::Consent | Act::Withdraw(Withdrawal::PracticeDeclined) => {
                caller.role == Role::Gp && caller.is_new_practice
            }
            Act::TimeOut | Act::Withdraw(Withdrawal::Died | Withdrawal::Left | Withdrawal::Settled) => false,
        };
        let reviews = matches!(act, Act::Ask | Act::Approve | Act::Reject | Act::Confirm | Act::Overturn);
        match () {
            () if !is_theirs => Err(Refusal::Role),
            () if reviews && caller.drafted => Err(Refusal::Drafter),
            () if matches!(act, Act::Confirm | Act::Overturn) && caller.rejected => {
                Err(Refusal::SameCommissioner)
            }
            () => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn round(state: State) -> Round {
        Round {
            state,
            asked: 2,
            given: 0,
            asked_in: None,
            was_appealed: false,
            time_is_out: false,
            waits_for_consent: false,
        }
    }

    fn caller(role: Role) -> Caller {
        let (is_new_practice, is_owner) = (true, true);
        Caller { role, drafted: false, rejected: false, is_asked: true, is_new_practice, is_owner }
    }

    /// The table of design section 4 as it is printed there: act, state, next state, roles.
    fn table() -> Vec<(Act, State, State, &'static [Role])> {
        use State::{
            Appealed, Approved, Draft, InfoRequested, Overturned, Rejected, RejectionConfirmed, Submitted,
            UnderReview, WithProvider, Withdrawn,
        };
        const OWNER: &[Role] = &[Role::Gp, Role::NetworkManager];
        const COMMISSIONER: &[Role] = &[Role::Commissioner];
        let mut rows = vec![
            (Act::Submit, Draft, WithProvider, OWNER),
            (Act::Submit, Submitted, WithProvider, OWNER),
            (Act::Opinion, WithProvider, WithProvider, &[Role::Provider] as &[Role]),
            (Act::Ask, WithProvider, InfoRequested, COMMISSIONER),
            (Act::Ask, UnderReview, InfoRequested, COMMISSIONER),
            (Act::Answer, InfoRequested, UnderReview, OWNER),
            (Act::Approve, UnderReview, Approved, COMMISSIONER),
            (Act::Reject, UnderReview, Rejected, COMMISSIONER),
            (Act::Appeal, Rejected, Appealed, OWNER),
            (Act::Confirm, Appealed, RejectionConfirmed, COMMISSIONER),
            (Act::Overturn, Appealed, Overturned, COMMISSIONER),
        ];
        for state in [Draft, Submitted, WithProvider, UnderReview, InfoRequested, Appealed] {
            rows.push((Act::Withdraw(Withdrawal::ByOwner), state, Withdrawn, OWNER));
            rows.push((Act::Withdraw(Withdrawal::PracticeDeclined), state, Withdrawn, &[Role::Gp]));
            if state != Draft {
                rows.push((Act::Consent, state, state, &[Role::Gp]));
            }
        }
        rows
    }

    #[test]
    fn every_pair_of_state_and_act_is_as_the_table_says_for_each_role() {
        for state in State::ALL {
            for act in Act::ALL {
                let row = table().into_iter().find(|row| row.0 == act && row.1 == *state);
                for role in Role::ALL {
                    let moved = matches!(act, Act::Consent | Act::Withdraw(Withdrawal::PracticeDeclined));
                    let round = Round { waits_for_consent: moved, ..round(*state) };
                    let found = round.after(act, By::Member(caller(*role))).ok();
                    let expected = row.filter(|row| row.3.contains(role)).map(|row| row.2);
                    assert_eq!(found, expected, "{state:?} {act:?} {role:?}");
                }
            }
        }
    }

    #[test]
    fn events_close_open_petitions_and_end_the_wait_for_opinions_alone() {
        for state in State::ALL {
            for act in Act::ALL {
                let late = Round { time_is_out: true, ..round(*state) };
                let found = late.after(act, By::Event).ok();
                let expected = match act {
                    Act::TimeOut => (*state == State::WithProvider).then_some(State::UnderReview),
                    Act::Withdraw(Withdrawal::Died | Withdrawal::Left | Withdrawal::Settled) => {
                        state.is_open().then_some(State::Withdrawn)
                    }
                    _ => None,
                };
                assert_eq!(found, expected, "{state:?} {act:?}");
            }
        }
        assert_eq!(round(State::WithProvider).after(Act::TimeOut, By::Event), Err(Refusal::NotYet));
    }

    #[test]
    fn a_decided_petition_stays_decided_whoever_acts() {
        let ends = State::ALL.iter().filter(|state| !state.is_open() && **state != State::Rejected);
        for state in ends {
            for act in Act::ALL {
                assert!(round(*state).after(act, By::Event).is_err(), "{state:?} {act:?}");
            }
        }
    }

    #[test]
    fn who_drafted_never_decides_and_who_rejected_decides_no_appeal() {
        for act in [Act::Approve, Act::Reject, Act::Confirm, Act::Overturn] {
            let state =
                if matches!(act, Act::Approve | Act::Reject) { State::UnderReview } else { State::Appealed };
            let drafter = Caller { drafted: true, ..caller(Role::Commissioner) };
            let asking = round(State::UnderReview).after(Act::Ask, By::Member(drafter));
            assert_eq!(asking, Err(Refusal::Drafter));
            assert_eq!(round(state).after(act, By::Member(drafter)), Err(Refusal::Drafter));
            let rejected = Caller { rejected: true, ..caller(Role::Commissioner) };
            let refused = round(state).after(act, By::Member(rejected)) == Err(Refusal::SameCommissioner);
            assert_eq!(refused, state == State::Appealed, "{act:?}");
        }
    }

    #[test]
    fn the_last_opinion_and_nobody_asked_lead_to_review() {
        let by = By::Member(caller(Role::Provider));
        let last = Round { given: 1, ..round(State::WithProvider) };
        assert_eq!(last.after(Act::Opinion, by), Ok(State::UnderReview));
        let alone = Round { asked: 0, ..round(State::Draft) };
        assert_eq!(alone.after(Act::Submit, By::Member(caller(Role::Gp))), Ok(State::UnderReview));
        let twice = Caller { is_asked: false, ..caller(Role::Provider) };
        assert_eq!(round(State::WithProvider).after(Act::Opinion, By::Member(twice)), Err(Refusal::Role));
    }

    #[test]
    fn information_leads_back_to_where_it_was_asked_for() {
        for state in [State::WithProvider, State::UnderReview] {
            let asked = Round { asked_in: Some(state), ..round(State::InfoRequested) };
            assert_eq!(asked.after(Act::Answer, By::Member(caller(Role::Gp))), Ok(state));
        }
    }

    #[test]
    fn nobody_is_moved_while_the_new_practice_has_not_consented() {
        let by = By::Member(caller(Role::Commissioner));
        let waiting = Round { waits_for_consent: true, ..round(State::UnderReview) };
        assert_eq!(waiting.after(Act::Approve, by), Err(Refusal::NoConsent));
        assert_eq!(waiting.after(Act::Reject, by), Ok(State::Rejected));
        let appealed = Round { state: State::Appealed, ..waiting };
        assert_eq!(appealed.after(Act::Overturn, by), Err(Refusal::NoConsent));
        let gp = By::Member(caller(Role::Gp));
        assert_eq!(round(State::UnderReview).after(Act::Consent, gp), Err(Refusal::Role));
    }

    #[test]
    fn another_practice_owns_nothing() {
        let other = By::Member(Caller { is_owner: false, ..caller(Role::Gp) });
        assert_eq!(round(State::Draft).after(Act::Submit, other), Err(Refusal::Role));
    }

    #[test]
    fn a_rejection_is_appealed_against_once_and_in_time() {
        let by = By::Member(caller(Role::Gp));
        let again = Round { was_appealed: true, ..round(State::Rejected) };
        assert_eq!(again.after(Act::Appeal, by), Err(Refusal::AppealedBefore));
        let late = Round { time_is_out: true, ..round(State::Rejected) };
        assert_eq!(late.after(Act::Appeal, by), Err(Refusal::TimeIsOut));
    }

    #[test]
    fn every_state_has_a_label_of_its_own() {
        let labels: BTreeSet<&str> = State::ALL.iter().map(|state| state.label()).collect();
        assert_eq!(labels.len(), State::ALL.len());
    }
}
