//! Who could be drawn for a campaign: the people its locality's care teams support, and why others cannot.

use chrono::NaiveDate;

use crate::criteria::facts::age_on;
use crate::ltc6::campaign::{Campaign, Delivery, Stratum};
use crate::stored_as_text;

stored_as_text! {
    /// Why somebody cannot be drawn: the first that applies, in this order.
    Exclusion {
        Died = "died",
        Left = "left",
        UnderAge = "under_age",
        OptedOut = "opted_out",
        Palliative = "palliative",
        NoLevel = "no_level",
        NotReached = "not_reached",
    }
}

stored_as_text! {
    /// How somebody wants to be written to, where they have said.
    Preference { Letter = "letter", Email = "email", Nothing = "none" }
}

impl Exclusion {
    pub fn label(self) -> &'static str {
        match self {
            Exclusion::Died => "Died",
            Exclusion::Left => "Left the practice's list, or not on it yet",
            Exclusion::UnderAge => "Under the age that is in scope",
            Exclusion::OptedOut => "Opted out of the questionnaire",
            Exclusion::Palliative => "Receiving palliative care",
            Exclusion::NoLevel => "No level of need recorded",
            Exclusion::NotReached => "No way to be reached by this delivery",
        }
    }
}

/// Somebody of the register, as far as drawing asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub person_id: i64,
    /// The same for as long as the server's keys are: the order people are drawn in.
    pub pseudonym: String,
    pub born: NaiveDate,
    pub registered_from: NaiveDate,
    /// The last day on the practice's list.
    pub deducted_on: Option<NaiveDate>,
    pub died_on: Option<NaiveDate>,
    pub palliative: bool,
    /// Of the latest assessment.
    pub level: Option<Stratum>,
    pub has_address: bool,
    pub has_email: bool,
    pub preference: Option<Preference>,
    pub opted_out: bool,
}

/// What a campaign asks of people to draw them.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    pub today: NaiveDate,
    /// In completed years.
    pub minimum_age: u16,
    pub delivery: Delivery,
    pub invites_palliative: bool,
    /// Whether people without a level are a stratum of their own.
    pub invites_unrecorded: bool,
}

impl Rules {
    pub fn of(campaign: &Campaign, today: NaiveDate, minimum_age: u16) -> Rules {
        Rules {
            today,
            minimum_age,
            delivery: campaign.delivery,
            invites_palliative: campaign.invites_palliative,
            invites_unrecorded: campaign.want_none > 0,
        }
    }

    /// The stratum somebody can be drawn for and whether by e-mail, or why they cannot be.
    pub fn sort(&self, person: &Candidate) -> Result<(Stratum, bool), Exclusion> {
        let is_listed =
            person.registered_from <= self.today && person.deducted_on.is_none_or(|day| day >= self.today);
        let reasons = [
            (person.died_on.is_some(), Exclusion::Died),
            (!is_listed, Exclusion::Left),
            (age_on(person.born, self.today) < self.minimum_age, Exclusion::UnderAge),
            (person.opted_out, Exclusion::OptedOut),
            (person.palliative && !self.invites_palliative, Exclusion::Palliative),
            (person.level.is_none() && !self.invites_unrecorded, Exclusion::NoLevel),
        ];
        if let Some((_, reason)) = reasons.into_iter().find(|(applies, _)| *applies) {
            return Err(reason);
        }
        let by_email = self.way(person).ok_or(Exclusion::NotReached)?;
        Ok((person.level.unwrap_or(Stratum::None), by_email))
    }

    /// Whether by e-mail; `None` where there is no way. A letter goes to whoever has an address and has not said
    /// "none"; an e-mail not to those who have asked for letters.
    fn way(&self, person: &Candidate) -> Option<bool> {
        let letter = person.has_address.then_some(false);
        let email = person.has_email.then_some(true);
        match (self.delivery, person.preference) {
            (_, Some(Preference::Nothing)) | (Delivery::Email, Some(Preference::Letter)) => None,
            (Delivery::Letter, _) | (Delivery::Preferred, Some(Preference::Letter)) => letter,
            (Delivery::Email, _) | (Delivery::Preferred, Some(Preference::Email)) => email,
            (Delivery::Preferred, None) => letter.or(email),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn ann() -> Candidate {
        Candidate {
            person_id: 1,
            pseudonym: "P-0000-0000".into(),
            born: day("1950-03-01"),
            registered_from: day("2001-01-01"),
            deducted_on: None,
            died_on: None,
            palliative: false,
            level: Some(Stratum::High),
            has_address: true,
            has_email: true,
            preference: None,
            opted_out: false,
        }
    }

    fn rules(delivery: Delivery) -> Rules {
        Rules {
            today: day("2026-11-24"),
            minimum_age: 16,
            delivery,
            invites_palliative: false,
            invites_unrecorded: false,
        }
    }

    #[test]
    fn the_first_reason_that_applies_is_counted() {
        let rules = rules(Delivery::Letter);
        let yesterday = Some(day("2026-11-23"));
        assert_eq!(rules.sort(&ann()), Ok((Stratum::High, false)));
        let cases = [
            (Candidate { died_on: yesterday, deducted_on: yesterday, ..ann() }, Exclusion::Died),
            (Candidate { deducted_on: yesterday, opted_out: true, ..ann() }, Exclusion::Left),
            (Candidate { registered_from: day("2026-11-25"), ..ann() }, Exclusion::Left),
            (Candidate { born: day("2010-11-25"), ..ann() }, Exclusion::UnderAge),
            (Candidate { opted_out: true, palliative: true, ..ann() }, Exclusion::OptedOut),
            (Candidate { palliative: true, ..ann() }, Exclusion::Palliative),
            (Candidate { level: None, has_address: false, ..ann() }, Exclusion::NoLevel),
            (Candidate { has_address: false, ..ann() }, Exclusion::NotReached),
        ];
        for (person, reason) in cases {
            assert_eq!(rules.sort(&person), Err(reason), "{person:?}");
        }
        let last_day = Candidate { deducted_on: Some(day("2026-11-24")), ..ann() };
        assert!(rules.sort(&last_day).is_ok(), "on the list until the end of that day");
        let wider = Rules { invites_palliative: true, invites_unrecorded: true, ..rules };
        let both = Candidate { palliative: true, level: None, ..ann() };
        assert_eq!(wider.sort(&both), Ok((Stratum::None, false)));
    }

    #[test]
    fn somebody_is_reached_as_the_campaign_and_they_want_or_not_at_all() {
        let (letter, email, nothing) =
            (Some(Preference::Letter), Some(Preference::Email), Some(Preference::Nothing));
        for (delivery, preference, address, mail, way) in [
            (Delivery::Letter, email, true, true, Some(false)),
            (Delivery::Letter, nothing, true, true, None),
            (Delivery::Email, None, true, true, Some(true)),
            (Delivery::Email, letter, true, true, None),
            (Delivery::Preferred, None, true, true, Some(false)),
            (Delivery::Preferred, None, false, true, Some(true)),
            (Delivery::Preferred, email, true, true, Some(true)),
            (Delivery::Preferred, email, true, false, None),
            (Delivery::Preferred, letter, false, true, None),
        ] {
            let person = Candidate { preference, has_address: address, has_email: mail, ..ann() };
            assert_eq!(rules(delivery).sort(&person).ok().map(|(_, by_email)| by_email), way, "{person:?}");
        }
    }
}
