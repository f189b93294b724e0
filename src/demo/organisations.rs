//! The demo's localities, organisations and agreements; the same each time but for their dates.

use super::calendar;
use chrono::{Datelike, Days, NaiveDate};

/// The locality drawn from the regression tree.
pub const LARGE: &str = "ALDERWICK";
pub const CCG: &str = "99A";
pub const OTHER_CCG: &str = "99B";
pub const COUNCIL: &str = "999";
/// Cares for most groups of the large locality.
pub const INTEGRATED_CARE: &str = "PNW01";
/// Cares for most groups of the small localities, and for some of the large one.
pub const COMMUNITY_CARE: &str = "PNW02";
/// Cares for people with serious mental illness or facing social exclusion; has no sharing agreement.
pub const OPEN_DOOR: &str = "PNW03";

/// The small localities: code, and people (children included) beside a large one of the published size.
const SMALL: [(&str, u32); 2] = [("BRINDLE", 24_000), ("CRESSFORD", 14_000)];

pub struct Locality {
    pub code: &'static str,
    pub name: &'static str,
    pub commissioner: &'static str,
    /// Resident population: more than are registered.
    pub population: u32,
}

/// One row of the demo's list of organisations.
#[derive(Clone, Debug)]
pub struct Organisation {
    pub code: &'static str,
    pub name: &'static str,
    /// As in the organisations layout: commissioner, gp_network, practice, provider_network, provider.
    pub kind: &'static str,
    /// A commissioner's subtype.
    pub commissioner_type: Option<&'static str>,
    /// A practice's, or the one a commissioner commissions jointly.
    pub locality: Option<&'static str>,
    /// A provider's.
    pub sector: Option<&'static str>,
    pub opened: NaiveDate,
    /// Networks it belongs to: one of a practice, some of a provider.
    networks: Vec<&'static str>,
    /// A practice's, relative to the others of its locality.
    size: f64,
}

/// A practice of a GP network, or a provider of a provider network.
pub struct Member {
    pub network: &'static str,
    pub member: &'static str,
    pub from: NaiveDate,
}

pub struct CareAgreement {
    pub network: &'static str,
    pub locality: &'static str,
    pub group: &'static str,
    pub from: NaiveDate,
}

pub struct SharingAgreement {
    pub network: &'static str,
    pub with: &'static str,
    pub purpose: &'static str,
    pub from: NaiveDate,
    pub to: NaiveDate,
}

/// A practice as people are given to it.
pub struct Practice {
    pub code: &'static str,
    pub locality: &'static str,
    /// Relative to the other practices of its locality.
    pub size: f64,
}

/// People of each small locality, beside `adults` in the large one.
pub fn small_localities(adults: u32) -> [(&'static str, u32); 2] {
    let shrunk = |people: u32| u64::from(people) * u64::from(adults) / u64::from(super::DEFAULT_ADULTS);
    SMALL.map(|(locality, people)| (locality, shrunk(people) as u32))
}

/// The name of a locality of the demo.
pub fn town(locality: &str) -> &'static str {
    match locality {
        "BRINDLE" => "Brindlemoor",
        "CRESSFORD" => "Cressford",
        _ => "Alderwick",
    }
}

pub fn localities(adults: u32) -> Vec<Locality> {
    let children_too = adults + adults / 4;
    let locality = |code, commissioner, registered: u32| Locality {
        code,
        name: town(code),
        commissioner,
        population: registered + registered / 20,
    };
    let small = small_localities(adults).map(|(code, people)| locality(code, OTHER_CCG, people));
    std::iter::once(locality(LARGE, CCG, children_too)).chain(small).collect()
}

pub fn organisations(as_of: NaiveDate) -> Vec<Organisation> {
    let opened = calendar::years_before(calendar::financial_year(as_of), 8);
    let rows = include_str!("organisations.csv").lines().skip(1);
    rows.filter_map(|row| organisation(row, opened)).collect()
}

fn organisation(row: &'static str, opened: NaiveDate) -> Option<Organisation> {
    let fields: Vec<&str> = row.split(',').collect();
    let [code, name, kind, detail, locality, size, networks] = fields[..] else {
        return None;
    };
    let given = |field: &'static str, wanted| (wanted && !field.is_empty()).then_some(field);
    Some(Organisation {
        code,
        name,
        kind,
        commissioner_type: given(detail, kind == "commissioner"),
        locality: given(locality, true),
        sector: given(detail, kind == "provider"),
        opened,
        networks: networks.split(';').filter(|network| !network.is_empty()).collect(),
        size: size.parse().unwrap_or(0.0),
    })
}

pub fn practices(organisations: &[Organisation]) -> Vec<Practice> {
    let of_locality = |organisation: &Organisation| {
        let locality = organisation.locality.filter(|_| organisation.kind == "practice")?;
        Some(Practice { code: organisation.code, locality, size: organisation.size })
    };
    organisations.iter().filter_map(of_locality).collect()
}

pub fn members(organisations: &[Organisation], as_of: NaiveDate) -> Vec<Member> {
    let from = calendar::years_before(calendar::financial_year(as_of), 4);
    let of_networks = |organisation: &Organisation| {
        let member = organisation.code;
        organisation.networks.clone().into_iter().map(move |network| Member { network, member, from })
    };
    organisations.iter().flat_map(of_networks).collect()
}

/// Every group has at least one network in every locality.
pub fn care_agreements(as_of: NaiveDate) -> Vec<CareAgreement> {
    let from = calendar::years_before(calendar::financial_year(as_of), 1);
    let mut agreements = Vec::new();
    for row in include_str!("care-agreements.csv").lines().skip(1) {
        if let [network, locality, groups] = row.split(',').collect::<Vec<_>>()[..] {
            let of_group = |group| CareAgreement { network, locality, group, from };
            agreements.extend(groups.split(';').map(of_group));
        }
    }
    agreements
}

/// In date for two networks; the third sees pseudonyms alone.
pub fn sharing_agreements(as_of: NaiveDate) -> Vec<SharingAgreement> {
    let from = calendar::years_before(calendar::financial_year(as_of), 1);
    let to = NaiveDate::from_ymd_opt(as_of.year() + 3, 4, 1).map_or(as_of, |next| next - Days::new(1));
    let agreement = |network, with| SharingAgreement {
        network,
        with,
        purpose: "Direct care of the people of its groups",
        from,
        to,
    };
    vec![
        agreement(INTEGRATED_CARE, "The practices and commissioners of Alderwick"),
        agreement(COMMUNITY_CARE, "The practices and commissioners of all three localities"),
    ]
}
