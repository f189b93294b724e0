//! The forms of organisations and localities as typed, and what they become.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::organisation::{
    CommissionerKind, FIRST_DAY, Kind, LARGEST_POPULATION, LONGEST_NAME, Sector, is_code,
};
use super::span::Span;
use super::store::{Details, Locality, LocalityDetails, Organisation};
use crate::page::{Mistakes, TypedDate, long_day, thousands, typed};

/// First and last day as typed, in the fields `from` and `to`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct TypedSpan {
    from_day: String,
    from_month: String,
    from_year: String,
    to_day: String,
    to_month: String,
    to_year: String,
}

impl TypedSpan {
    pub fn of(span: Span) -> TypedSpan {
        let (from, to) = (TypedDate::of(span.from), span.to.map(TypedDate::of).unwrap_or_default());
        TypedSpan {
            from_day: from.day,
            from_month: from.month,
            from_year: from.year,
            to_day: to.day,
            to_month: to.month,
            to_year: to.year,
        }
    }

    pub fn from(&self) -> TypedDate {
        TypedDate::new(&self.from_day, &self.from_month, &self.from_year)
    }

    pub fn to(&self) -> TypedDate {
        TypedDate::new(&self.to_day, &self.to_month, &self.to_year)
    }

    /// The days, or the mistakes noted.
    pub fn check(&self, mistakes: &mut Mistakes) -> Option<Span> {
        check_span(mistakes, &self.from(), &self.to())
    }

    /// As the stale page shows it.
    pub fn in_words(&self) -> (String, String) {
        let words = |typed: TypedDate| match typed.check("") {
            Ok(Some(day)) => long_day(day),
            _ => format!("{} {} {}", typed.day, typed.month, typed.year).trim().to_owned(),
        };
        (words(self.from()), words(self.to()))
    }
}

/// The days of the fields `from` and `to`, or the mistakes noted.
pub fn check_span(mistakes: &mut Mistakes, from: &TypedDate, to: &TypedDate) -> Option<Span> {
    let from = mistakes.note("from", typed::required_day("First day", from));
    let to = mistakes.note("to", to.check("Last day"));
    let span = Span::new(from?, to?);
    if span.is_reversed() {
        mistakes.add("to", format!("Last day must be {} or later", long_day(span.from)));
        return None;
    }
    Some(span)
}

/// An organisation as typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct OrganisationForm {
    pub code: String,
    pub name: String,
    pub commissioner_kind: String,
    /// A locality's code.
    pub locality: String,
    pub sector: String,
    #[serde(flatten)]
    pub active: TypedSpan,
    pub key: String,
    pub version: String,
}

impl OrganisationForm {
    pub fn of(organisation: &Organisation, localities: &[Locality]) -> OrganisationForm {
        let locality = localities.iter().find(|each| Some(each.id) == organisation.locality_id);
        OrganisationForm {
            code: organisation.code.clone(),
            name: organisation.name.clone(),
            commissioner_kind: organisation.commissioner_kind.map_or("", CommissionerKind::word).to_owned(),
            locality: locality.map_or_else(String::new, |locality| locality.code.clone()),
            sector: organisation.sector.map_or("", Sector::word).to_owned(),
            active: TypedSpan::of(organisation.span()),
            key: String::new(),
            version: organisation.version.to_string(),
        }
    }

    /// A new organisation's code; `is_taken` says whether another has it.
    pub fn check_code(&self, mistakes: &mut Mistakes, is_taken: bool) -> Option<String> {
        check_code(mistakes, &self.code(), is_taken, "organisation")
    }

    /// The code typed, in capitals.
    pub fn code(&self) -> String {
        self.code.trim().to_uppercase()
    }

    /// What is kept of an organisation of this kind, or the mistakes noted.
    pub fn check(
        &self,
        mistakes: &mut Mistakes,
        kind: Kind,
        localities: &[Locality],
        today: NaiveDate,
    ) -> Option<Details> {
        let name = mistakes.note("name", typed::required("Name", &self.name, LONGEST_NAME));
        let commissioner_kind = match kind {
            Kind::Commissioner => {
                let chosen = CommissionerKind::from_word(&self.commissioner_kind);
                mistakes
                    .note("commissioner_kind", chosen.ok_or("Choose what kind of commissioner it is"))
                    .map(Some)
            }
            _ => Some(None),
        };
        let locality_id = self.check_locality(mistakes, kind, localities);
        let sector = match kind {
            Kind::Provider => {
                let chosen = Sector::from_word(&self.sector);
                mistakes.note("sector", chosen.ok_or("Choose the sector it works in")).map(Some)
            }
            _ => Some(None),
        };
        let active = self.check_active(mistakes, today);
        Some(Details {
            name: name?,
            commissioner_kind: commissioner_kind?,
            locality_id: locality_id?,
            sector: sector?,
            active: active?,
        })
    }

    fn check_locality(
        &self,
        mistakes: &mut Mistakes,
        kind: Kind,
        localities: &[Locality],
    ) -> Option<Option<i64>> {
        let is_blank = self.locality.is_empty();
        match kind {
            Kind::GpNetwork | Kind::ProviderNetwork | Kind::Provider => return Some(None),
            Kind::Commissioner if is_blank => return Some(None),
            Kind::Practice if is_blank => {
                mistakes.add("locality", "Choose the locality it lies in");
                return None;
            }
            Kind::Commissioner | Kind::Practice => {}
        }
        let known = localities.iter().find(|locality| locality.code == self.locality);
        mistakes
            .note("locality", known.map(|locality| Some(locality.id)).ok_or("Choose a locality of the list"))
    }

    fn check_active(&self, mistakes: &mut Mistakes, today: NaiveDate) -> Option<Span> {
        let span = self.active.check(mistakes)?;
        let mend = match span.from {
            from if from < FIRST_DAY => format!("First day must be {} or later", long_day(FIRST_DAY)),
            from if from > today => "First day must be today or earlier".to_owned(),
            _ => return Some(span),
        };
        mistakes.add("from", mend);
        None
    }
}

fn check_code(mistakes: &mut Mistakes, code: &str, is_taken: bool, what: &str) -> Option<String> {
    if code.is_empty() {
        mistakes.add("code", "Enter the code");
    } else if !is_code(code) {
        mistakes.add("code", "Code must be 3 to 10 letters and digits, for example E83001");
    } else if is_taken {
        mistakes.add("code", format!("{code} is the code of another {what} already"));
    } else {
        return Some(code.to_owned());
    }
    None
}

/// A locality as typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct LocalityForm {
    pub code: String,
    pub name: String,
    /// The code of the commissioner that leads.
    pub commissioner: String,
    pub population: String,
    pub key: String,
    pub version: String,
}

impl LocalityForm {
    pub fn of(locality: &Locality) -> LocalityForm {
        LocalityForm {
            code: locality.code.clone(),
            name: locality.name.clone(),
            commissioner: locality.commissioner_code.clone(),
            population: locality.population.map_or_else(String::new, |people| people.to_string()),
            key: String::new(),
            version: locality.version.to_string(),
        }
    }

    /// The code typed, in capitals.
    pub fn code(&self) -> String {
        self.code.trim().to_uppercase()
    }

    /// The commissioner's code, in capitals.
    pub fn commissioner(&self) -> String {
        self.commissioner.trim().to_uppercase()
    }

    /// A new locality's code; `is_taken` says whether another has it.
    pub fn check_code(&self, mistakes: &mut Mistakes, is_taken: bool) -> Option<String> {
        check_code(mistakes, &self.code(), is_taken, "locality")
    }

    /// What is kept of a locality, or the mistakes noted. `named` is the kind of organisation that the commissioner's
    /// code names, if it is there: it may be added afterwards.
    pub fn check(&self, mistakes: &mut Mistakes, named: Option<Kind>) -> Option<LocalityDetails> {
        let name = mistakes.note("name", typed::required("Name", &self.name, LONGEST_NAME));
        let commissioner = self.commissioner();
        let is_commissioner = match named {
            _ if commissioner.is_empty() => Err("Enter the code of the commissioner that leads".to_owned()),
            _ if !is_code(&commissioner) => {
                Err("Code must be 3 to 10 letters and digits, for example 99A".to_owned())
            }
            None | Some(Kind::Commissioner) => Ok(()),
            Some(other) => Err(format!("{commissioner} is {}, not a commissioner", other.in_words())),
        };
        let is_commissioner = mistakes.note("commissioner", is_commissioner);
        let population = mistakes.note("population", population(&self.population));
        is_commissioner?;
        Some(LocalityDetails { name: name?, commissioner_code: commissioner, population: population? })
    }
}

/// People as typed, with or without commas between thousands; blank is not known.
fn population(typed: &str) -> Result<Option<i64>, String> {
    let plain: String = typed.trim().chars().filter(|sign| *sign != ',').collect();
    if plain.is_empty() {
        return Ok(None);
    }
    let is_whole = plain.len() <= 12 && plain.bytes().all(|sign| sign.is_ascii_digit());
    let people = plain.parse().ok().filter(|people| is_whole && *people <= LARGEST_POPULATION);
    people
        .map(Some)
        .ok_or_else(|| format!("Population must be a whole number up to {}", thousands(LARGEST_POPULATION)))
}
