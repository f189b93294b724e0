//! The figures of a run: counted once as people are placed, kept beside the run, and read by pages from there.

use std::collections::BTreeMap;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::place::{AgeBand, Place};
use crate::database::Conn;
use crate::disclosure::{Guarded, Tally};
use crate::error::Error;
use crate::insert_many;
use crate::money::Pence;
use crate::schema::run_counts;
use crate::stored_as_text;

stored_as_text! {
    /// What figures are broken down by, beside place and practice.
    Breakdown {
        Practice = "practice",
        Sex = "sex",
        AgeBand = "age_band",
    }
}

/// One placed person, as far as figures are concerned.
#[derive(Clone, Debug)]
pub struct Counted<'a> {
    pub place: &'a Place,
    pub practice_id: i64,
    /// The register's word; blank where it is not known.
    pub sex: &'a str,
    /// Completed years on the run's as-of date.
    pub age: u16,
    pub provisional: bool,
    pub supplementary: bool,
    pub cost_pence: Option<i64>,
}

/// The figures of a run while it is counted.
#[derive(Clone, Debug, Default)]
pub struct RunCounts(BTreeMap<Key, Sums>);

type Key = (&'static str, Place, i64, String);

#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    people: i64,
    provisional: i64,
    supplementary: i64,
    cost: i64,
    supplementary_cost: i64,
}

impl RunCounts {
    pub fn add(&mut self, one: &Counted<'_>) {
        let parts = [
            (Breakdown::Practice, ""),
            (Breakdown::Sex, one.sex),
            (Breakdown::AgeBand, AgeBand::of(one.age).word()),
        ];
        for (breakdown, value) in parts {
            let key = (breakdown.word(), one.place.clone(), one.practice_id, value.to_owned());
            self.0.entry(key).or_default().add(one);
        }
    }

    /// Keeps the figures beside the run, in place of any it had: some thousand short rows.
    pub fn keep(self, conn: &mut Conn, run_id: i64) -> Result<(), Error> {
        diesel::delete(run_counts::table.filter(run_counts::run_id.eq(run_id))).execute(conn)?;
        let rows: Vec<Row> = self.0.iter().map(|(key, sums)| row(run_id, key, sums)).collect();
        for some in rows.chunks(500) {
            insert_many!(conn, run_counts::table, some)?;
        }
        Ok(())
    }

    /// The figures themselves, for people counted as a page is asked for.
    pub fn figures(self) -> Vec<Figure> {
        self.0.iter().map(|(key, sums)| Figure::from(row(0, key, sums))).collect()
    }
}

/// Moves one person from where the kept figures of a run count them to where they are now.
pub fn shift(conn: &mut Conn, run_id: i64, from: &Counted<'_>, to: &Counted<'_>) -> Result<(), Error> {
    let (mut before, mut after) = (RunCounts::default(), RunCounts::default());
    before.add(from);
    after.add(to);
    let less = before.0.iter().map(|(key, sums)| (key, sums, -1));
    let more = after.0.iter().map(|(key, sums)| (key, sums, 1));
    for (key, sums, sign) in less.chain(more) {
        add_to(conn, &row(run_id, key, sums), sign)?;
    }
    let nobody = run_counts::table.filter(run_counts::run_id.eq(run_id).and(run_counts::people.eq(0)));
    diesel::delete(nobody).execute(conn)?;
    Ok(())
}

fn add_to(conn: &mut Conn, row: &Row, sign: i64) -> Result<(), Error> {
    let kept = run_counts::table.find((row.run_id, &row.breakdown, &row.place, row.practice_id, &row.value));
    let added = diesel::update(kept)
        .set((
            run_counts::people.eq(run_counts::people + sign * row.people),
            run_counts::provisional.eq(run_counts::provisional + sign * row.provisional),
            run_counts::supplementary.eq(run_counts::supplementary + sign * row.supplementary),
            run_counts::cost_pence.eq(run_counts::cost_pence + sign * row.cost_pence),
            run_counts::supplementary_cost_pence
                .eq(run_counts::supplementary_cost_pence + sign * row.supplementary_cost_pence),
        ))
        .execute(conn)?;
    if added == 0 && sign > 0 {
        diesel::insert_into(run_counts::table).values(row).execute(conn)?;
    }
    Ok(())
}

impl Sums {
    fn add(&mut self, one: &Counted<'_>) {
        let cost = one.cost_pence.unwrap_or(0);
        self.people += 1;
        self.provisional += i64::from(one.provisional);
        self.cost += cost;
        if one.supplementary {
            self.supplementary += 1;
            self.supplementary_cost += cost;
        }
    }
}

#[derive(Clone, Insertable, Queryable, Selectable)]
#[diesel(table_name = run_counts, treat_none_as_default_value = false)]
struct Row {
    run_id: i64,
    breakdown: String,
    place: String,
    practice_id: i64,
    value: String,
    people: i64,
    provisional: i64,
    supplementary: i64,
    cost_pence: i64,
    supplementary_cost_pence: i64,
}

fn row(run_id: i64, (breakdown, place, practice_id, value): &Key, sums: &Sums) -> Row {
    Row {
        run_id,
        breakdown: (*breakdown).to_owned(),
        place: place.word().to_owned(),
        practice_id: *practice_id,
        value: value.clone(),
        people: sums.people,
        provisional: sums.provisional,
        supplementary: sums.supplementary,
        cost_pence: sums.cost,
        supplementary_cost_pence: sums.supplementary_cost,
    }
}

/// One kept figure row: where, at which practice, of which sex or age band.
#[derive(Clone, Debug)]
pub struct Figure {
    pub breakdown: Breakdown,
    pub place: Place,
    pub practice_id: i64,
    pub value: String,
    pub tally: Tally,
}

impl From<Row> for Figure {
    fn from(row: Row) -> Figure {
        Figure {
            breakdown: Breakdown::from_word(&row.breakdown).unwrap_or(Breakdown::Practice),
            place: Place::from_word(&row.place),
            practice_id: row.practice_id,
            value: row.value,
            tally: Tally {
                people: Guarded::new(row.people),
                provisional: Guarded::new(row.provisional),
                supplementary: Guarded::new(row.supplementary),
                cost: Guarded::new(Pence(row.cost_pence)),
                supplementary_cost: Guarded::new(Pence(row.supplementary_cost_pence)),
            },
        }
    }
}

/// Which figures of a run are wanted.
#[derive(Clone, Copy, Debug)]
pub enum Wanted<'a> {
    /// Of every place, added up over the practices.
    ByPlace,
    /// Of one place, by each breakdown.
    Of(&'a Place),
    /// Of every place, by each breakdown.
    All,
}

/// The kept figures of a run: of some practices (row ids), or of all.
pub fn of_run(
    conn: &mut Conn,
    run_id: i64,
    wanted: Wanted<'_>,
    practices: Option<&[i64]>,
) -> Result<Vec<Figure>, Error> {
    let place = match wanted {
        Wanted::ByPlace => return by_place(conn, run_id, practices),
        Wanted::Of(place) => Some(place),
        Wanted::All => None,
    };
    let mut query =
        run_counts::table.filter(run_counts::run_id.eq(run_id)).select(Row::as_select()).into_boxed();
    if let Some(place) = place {
        query = query.filter(run_counts::place.eq(place.word()));
    }
    if let Some(practices) = practices {
        query = query.filter(run_counts::practice_id.eq_any(practices));
    }
    let rows: Vec<Row> = query.load(conn)?;
    Ok(rows.into_iter().map(Figure::from).collect())
}

/// The figures of each place, added up where they are kept: a page of them reads a row a place, not one a practice.
fn by_place(conn: &mut Conn, run_id: i64, practices: Option<&[i64]>) -> Result<Vec<Figure>, Error> {
    let sum = |column: &str| sql::<BigInt>(&format!("CAST(COALESCE(SUM({column}), 0) AS BIGINT)"));
    let mut query = run_counts::table
        .filter(run_counts::run_id.eq(run_id).and(run_counts::breakdown.eq(Breakdown::Practice)))
        .group_by(run_counts::place)
        .order(run_counts::place)
        .select((
            run_counts::place,
            sum("people"),
            sum("provisional"),
            sum("supplementary"),
            sum("cost_pence"),
            sum("supplementary_cost_pence"),
        ))
        .into_boxed();
    if let Some(practices) = practices {
        query = query.filter(run_counts::practice_id.eq_any(practices));
    }
    let rows: Vec<(String, i64, i64, i64, i64, i64)> = query.load(conn)?;
    let figure = |(place, people, provisional, supplementary, cost, supplementary_cost)| {
        let sums = Sums { people, provisional, supplementary, cost, supplementary_cost };
        let key = (Breakdown::Practice.word(), Place::from_word(place), 0, String::new());
        Figure::from(row(run_id, &key, &sums))
    };
    Ok(rows.iter().map(|(place, a, b, c, d, e)| figure((place, *a, *b, *c, *d, *e))).collect())
}

/// The kept figures of some runs by place and practice; of some practices (row ids), or of all.
pub fn kept_of(conn: &mut Conn, runs: &[i64], practices: Option<&[i64]>) -> Result<Vec<Figure>, Error> {
    let mut query = run_counts::table
        .filter(run_counts::run_id.eq_any(runs))
        .filter(run_counts::breakdown.eq(Breakdown::Practice))
        .select(Row::as_select())
        .into_boxed();
    if let Some(practices) = practices {
        query = query.filter(run_counts::practice_id.eq_any(practices));
    }
    let rows: Vec<Row> = query.load(conn)?;
    Ok(rows.into_iter().map(Figure::from).collect())
}
