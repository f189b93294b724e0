//! The rows of an import's problems, in the order of its file.

use diesel::prelude::*;

use super::problem::Problem;
use crate::database::Conn;
use crate::error::Error;
use crate::on_each;
use crate::schema::import_problems;

/// A problem as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = import_problems)]
pub struct StoredProblem {
    pub position: i64,
    pub line: i64,
    pub column_name: String,
    pub code: String,
    pub severity: String,
    pub message: String,
}

/// Adds problems from a position on; at most 1,000 at a time.
pub fn add_problems(conn: &mut Conn, import_id: i64, from: i64, problems: &[Problem]) -> Result<(), Error> {
    let rows: Vec<_> = (from..)
        .zip(problems)
        .map(|(position, problem)| {
            (
                import_problems::import_id.eq(import_id),
                import_problems::position.eq(position),
                import_problems::line.eq(i64::from(problem.line)),
                import_problems::column_name.eq(problem.column),
                import_problems::code.eq(problem.code.as_str()),
                import_problems::severity.eq(problem.severity.word()),
                import_problems::message.eq(&problem.message),
            )
        })
        .collect();
    if !rows.is_empty() {
        on_each!(conn, inner => diesel::insert_into(import_problems::table).values(rows).execute(inner))?;
    }
    Ok(())
}

/// Forgets some problems of an import; how many. At most 1,000 at a time.
pub fn forget_problems(conn: &mut Conn, import_id: i64) -> Result<usize, Error> {
    let positions: Vec<i64> = import_problems::table
        .filter(import_problems::import_id.eq(import_id))
        .order(import_problems::position)
        .limit(1_000)
        .select(import_problems::position)
        .load(conn)?;
    let some = import_problems::table
        .filter(import_problems::import_id.eq(import_id).and(import_problems::position.eq_any(positions)));
    Ok(diesel::delete(some).execute(conn)?)
}

/// Problems of an import in the order of the file, after a position (-1 for the first).
pub fn problems(
    conn: &mut Conn,
    import_id: i64,
    after: i64,
    limit: i64,
) -> Result<Vec<StoredProblem>, Error> {
    Ok(import_problems::table
        .filter(import_problems::import_id.eq(import_id).and(import_problems::position.gt(after)))
        .order(import_problems::position)
        .limit(limit)
        .select(StoredProblem::as_select())
        .load(conn)?)
}
