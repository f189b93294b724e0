//! The demo's accounts: at least one for every role.

use super::{calendar, organisations as of};
use chrono::NaiveDate;

/// Opens every account of a demo.
pub const PASSWORD: &str = "larch river lantern";

pub struct Membership {
    /// As in the users layout.
    pub role: &'static str,
    /// None for an administrator.
    pub organisation: Option<&'static str>,
}

pub struct User {
    pub email: &'static str,
    pub name: &'static str,
    pub memberships: Vec<Membership>,
    pub from: NaiveDate,
}

/// Practices of the GP network `NETWORK`.
const ALDER: &str = "E99001";
const BEECHCROFT: &str = "E99002";
const NETWORK: &str = "GPN01";

/// Address, name, role, organisation; the second row of one address is a second membership.
const USERS: [(&str, &str, &str, Option<&str>); 20] = [
    ("admin@demo.example", "Tansy Mapleshaw", "administrator", None),
    ("commissioner.first@demo.example", "Heron Ashendale", "commissioner", Some(of::CCG)),
    ("commissioner.second@demo.example", "Bryony Flintcombe", "commissioner", Some(of::CCG)),
    ("commissioner.moor@demo.example", "Curlew Brookfield", "commissioner", Some(of::OTHER_CCG)),
    ("commissioner.ford@demo.example", "Teasel Marlowe", "commissioner", Some(of::OTHER_CCG)),
    ("commissioner.council@demo.example", "Clover Willowbank", "commissioner", Some(of::COUNCIL)),
    ("gp.alder@demo.example", "Dr Wren Hazelmere", "gp", Some(ALDER)),
    ("gp.beechcroft@demo.example", "Dr Otter Quickthorn", "gp", Some(BEECHCROFT)),
    ("practice.alder@demo.example", "Campion Reedcroft", "practice_staff", Some(ALDER)),
    ("network.north@demo.example", "Merlin Copperwood", "network_manager", Some(NETWORK)),
    ("provider.integrated@demo.example", "Juniper Larchheath", "provider", Some(of::INTEGRATED_CARE)),
    ("provider.community@demo.example", "Plover Mossgarth", "provider", Some(of::COMMUNITY_CARE)),
    ("provider.opendoor@demo.example", "Lapwing Emberstile", "provider", Some(of::OPEN_DOOR)),
    ("coordinator@demo.example", "Saffron Pebblebrook", "coordinator", Some(of::INTEGRATED_CARE)),
    ("analyst@demo.example", "Siskin Silverdown", "analyst", Some(of::CCG)),
    ("lay@demo.example", "Yarrow Barleyfield", "lay_partner", Some(of::CCG)),
    ("auditor@demo.example", "Kestrel Claygarth", "auditor", Some(of::CCG)),
    ("keyer@demo.example", "Linnet Honeylea", "keyer", Some(of::CCG)),
    ("two.roles@demo.example", "Rowan Drifthurst", "practice_staff", Some(BEECHCROFT)),
    ("two.roles@demo.example", "Rowan Drifthurst", "coordinator", Some(BEECHCROFT)),
];

pub fn users(as_of: NaiveDate) -> Vec<User> {
    let from = calendar::years_before(calendar::financial_year(as_of), 1);
    let mut users: Vec<User> = Vec::new();
    for (email, name, role, organisation) in USERS {
        let membership = Membership { role, organisation };
        match users.last_mut() {
            Some(user) if user.email == email => user.memberships.push(membership),
            _ => users.push(User { email, name, memberships: vec![membership], from }),
        }
    }
    users
}
