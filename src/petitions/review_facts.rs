//! What a reviewer sees beside the case and the person: facts of the practice and the groups, never money moved.

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::found::Found;
use super::life::State;
use crate::database::Conn;
use crate::error::Error;
use crate::runs::store::current;
use crate::schema::{petitions, placements};

/// The facts that help to review.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReviewFacts {
    /// How many people stand in the present group and in the group asked for.
    pub present: i64,
    pub asked: i64,
    /// Petitions of the same practice before this one, by what became of them.
    pub earlier: Vec<(State, i64)>,
}

pub fn of(conn: &mut Conn, found: &Found) -> Result<ReviewFacts, Error> {
    let petition = &found.petition;
    let Some(run) = current(conn, found.locality.id)? else { return Ok(ReviewFacts::default()) };
    let size = |conn: &mut Conn, group: Option<&str>| -> Result<i64, Error> {
        let of_run = placements::table.filter(placements::run_id.eq(run.id)).into_boxed();
        let of_group = match group {
            Some(code) => of_run.filter(placements::group_code.eq(code)),
            None => of_run.filter(placements::group_code.is_null().and(placements::out_of_scope.eq(false))),
        };
        Ok(of_group.count().get_result(conn)?)
    };
    let earlier: Vec<(State, i64)> = petitions::table
        .filter(petitions::practice_id.eq(petition.practice_id))
        .filter(petitions::submitted_on.is_not_null().and(petitions::id.lt(petition.id)))
        .group_by(petitions::state)
        .select((petitions::state, count_star()))
        .load(conn)?;
    Ok(ReviewFacts {
        present: size(conn, petition.from_group.as_deref())?,
        asked: size(conn, petition.to_group.as_deref())?,
        earlier: State::ALL
            .iter()
            .filter_map(|state| earlier.iter().find(|(one, _)| one == state).copied())
            .collect(),
    })
}
