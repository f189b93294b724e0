//! What pages call a campaign's states and ways, and a campaign within a caller's reach.

use diesel::prelude::*;

use crate::access::Who;
use crate::database::Conn;
use crate::error::Error;
use crate::groups::store::localities;
use crate::ltc6::campaign::{Campaign, Delivery, State};
use crate::people::scope::commissioned;
use crate::runs::store::Locality;
use crate::schema::organisations;

impl State {
    /// As its tag says.
    pub fn label(self) -> &'static str {
        match self {
            State::Draft => "Draft",
            State::Open => "Open",
            State::Closed => "Closed",
            State::Counted => "Counted",
            State::Cancelled => "Cancelled",
        }
    }
}

impl Delivery {
    pub fn label(self) -> &'static str {
        match self {
            Delivery::Letter => "By letter",
            Delivery::Email => "By e-mail",
            Delivery::Preferred => "As each person prefers",
        }
    }

    /// What choosing it means.
    pub fn hint(self) -> &'static str {
        match self {
            Delivery::Letter => "To everybody with a postal address who has not asked to be left alone",
            Delivery::Email => "To everybody with an e-mail address who has not asked for letters",
            Delivery::Preferred => {
                "A letter or an e-mail; a letter where nothing is said and there is an address"
            }
        }
    }
}

/// A campaign of one of the caller's localities.
#[derive(Clone, Debug)]
pub struct Seen {
    pub campaign: Campaign,
    pub locality: Locality,
    /// Code and name of the provider network whose people alone are asked.
    pub network: Option<(String, String)>,
}

impl Seen {
    pub fn path(&self) -> String {
        format!("/campaigns/{}", self.campaign.reference)
    }

    pub fn title(&self) -> String {
        format!("{} ({})", self.campaign.name, self.campaign.code)
    }

    pub fn is_drawn(&self) -> bool {
        self.campaign.drawn_on.is_some()
    }

    /// Somebody did something with it first.
    pub fn conflict(&self, what: &'static str) -> Error {
        Error::conflict(what, self.path(), format!("Go to campaign {}", self.campaign.code))
    }
}

/// Finds a campaign within the caller's reach; another commissioner's is not found.
pub fn seen(conn: &mut Conn, who: &Who, reference: &str) -> Result<Seen, Error> {
    let campaign = Campaign::by_reference(conn, reference)?;
    if !commissioned(conn, who)?.contains(&campaign.locality_id) {
        return Err(Error::NotFound);
    }
    of_campaign(conn, campaign)
}

/// A campaign with the names of what it is about.
pub fn of_campaign(conn: &mut Conn, campaign: Campaign) -> Result<Seen, Error> {
    let locality = localities(conn, &[campaign.locality_id])?.pop().ok_or(Error::NotFound)?;
    let network = match campaign.network_id {
        None => None,
        Some(id) => {
            Some(organisations::table.find(id).select((organisations::code, organisations::name)).first::<(
                String,
                String,
            )>(
                conn
            )?)
        }
    };
    Ok(Seen { campaign, locality, network })
}
