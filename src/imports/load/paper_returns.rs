//! Paper returns: remembered by batch and number, sealed apart. One that was taken before is not compared, since nothing
//! ties its answers to its number any more.

use std::collections::BTreeMap;

use super::{Compared, Load, Loading};
use crate::audit::Subject;
use crate::database::Conn;
use crate::error::Error;
use crate::imports::rows::paper_returns::PaperReturnRow;
use crate::ltc6::paper::{self, Return};

impl Load for PaperReturnRow {
    type Change = PaperReturnRow;

    fn compare(conn: &mut Conn, _published: i64, rows: Vec<Self>) -> Result<Compared<Self>, Error> {
        let mut compared = Compared::none();
        for (campaign_id, sent) in by_campaign(rows) {
            let taken = paper::taken(conn, campaign_id, &sent)?;
            for sent in sent {
                let is_new = !taken.contains(&(sent.batch.clone(), sent.number));
                compared.count(!is_new, is_new.then_some(PaperReturnRow { campaign_id, sent }));
            }
        }
        Ok(compared)
    }

    fn write(conn: &mut Conn, _loading: &Loading<'_>, changes: Vec<Self>) -> Result<Vec<Subject>, Error> {
        let mut subjects = Vec::new();
        for (campaign_id, sent) in by_campaign(changes) {
            subjects.extend(paper::take(conn, campaign_id, sent)?);
        }
        Ok(subjects)
    }
}

fn by_campaign(rows: Vec<PaperReturnRow>) -> BTreeMap<i64, Vec<Return>> {
    let mut campaigns: BTreeMap<i64, Vec<Return>> = BTreeMap::new();
    for row in rows {
        campaigns.entry(row.campaign_id).or_default().push(row.sent);
    }
    campaigns
}
