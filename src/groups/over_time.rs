//! Who came to a group and went from it by each of the latest grouping runs, as figures and as a chart.

use super::group_page::moved_by;
use crate::access::Who;
use crate::clock::Now;
use crate::database::Conn;
use crate::error::Error;
use crate::movements::flows::by_run;
use crate::movements::pages::everyone;
use crate::movements::store::{Filters, Wanted};
use crate::page::chart::{Bars, Pair};
use crate::page::{Query, long_day};
use crate::people::list::Asked;
use crate::people::register::published;
use crate::people::scope::Scope;
use crate::runs::listing::latest_applied;
use crate::runs::store::{Locality, Run};

/// How many runs are looked back on.
const RUNS: i64 = 12;

/// Whom a run moved to a group and from it, with the entries counted.
pub struct ByRun {
    pub run: Run,
    pub came: i64,
    pub came_list: Query,
    pub went: i64,
    pub went_list: Query,
}

/// The latest runs, oldest first, without the first grouping, which places everybody; none where there are not two.
pub fn over_time(
    conn: &mut Conn,
    who: &Who,
    scope: &Scope,
    now: Now,
    here: &Locality,
    code: &str,
) -> Result<Vec<ByRun>, Error> {
    let mut runs = latest_applied(conn, here.id, RUNS)?;
    runs.retain(|run| run.previous_run_id.is_some());
    if runs.len() < 2 {
        return Ok(Vec::new());
    }
    let (everyone, register) = (everyone(), published(conn)?);
    let asked = Asked::by(who.role(), scope, &everyone, now.today, register);
    let counted = match asked.everybody {
        true => None,
        false => {
            let filters = Filters::of_group(here.id, code);
            Some(by_run(conn, &Wanted { asked, filters: &filters }, code)?)
        }
    };
    let list = Query::default().with("locality", &here.code);
    let row = |run: Run| {
        let (came, went) = match &counted {
            Some(counted) => counted.get(&run.reference).copied().unwrap_or_default(),
            None => moved_by(&run, code)?,
        };
        let list = list.with("run", &run.reference);
        Ok(ByRun { came, came_list: list.with("to", code), went, went_list: list.with("from", code), run })
    };
    runs.into_iter().rev().map(row).collect()
}

/// The same as a chart.
pub fn picture(rows: &[ByRun]) -> Option<Bars> {
    let label = |run: &Run| format!("{}, {}", long_day(run.as_of), run.reference);
    let pair = |row: &ByRun| Pair { label: label(&row.run), values: [row.came, row.went] };
    (!rows.is_empty()).then(|| Bars {
        id: "over-time",
        level: 3,
        title: "Who came and who went by each grouping run".into(),
        about: "People by the day their run is as of, oldest first. The first grouping is left out.".into(),
        series: ["In", "Out"],
        pairs: rows.iter().map(pair).collect(),
    })
}
