//! Working a preview out, away from the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::NaiveDate;

use super::sides::Sides;
use super::theirs::Theirs;
use crate::criteria::expression::Expression;
use crate::criteria::facts::Blanks;
use crate::database::Database;
use crate::error::Error;
use crate::runs::preview::{
    Attrition, Cancelled, Cases, Overlaps, Placements, Preview, Register, Registers, Side, attrition,
    overlaps,
};

/// What a change would do. Exact: for those who may list the people counted.
#[derive(Clone, Debug)]
pub struct Worked {
    pub on: NaiveDate,
    /// The version of the register.
    pub register: i64,
    pub placements: Placements,
    pub cases: Cases,
    /// The groups whose criteria may differ: nobody moves between two others.
    pub drafted: Vec<String>,
}

/// What a preview tells besides of the criterion of one group.
#[derive(Clone, Debug)]
pub struct Closer {
    pub overlaps: Overlaps,
    pub attrition: Attrition,
}

/// A sign that says a preview is no longer wanted: set when whoever asked has gone.
pub struct Wanted(pub Arc<AtomicBool>);

impl Wanted {
    pub fn new() -> Wanted {
        Wanted(Arc::default())
    }
}

impl Default for Wanted {
    fn default() -> Wanted {
        Wanted::new()
    }
}

impl Drop for Wanted {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The people a preview places; none where it was cancelled meanwhile.
pub fn register(
    registers: &Registers,
    database: &Database,
    sides: &Sides,
    cancelled: &Arc<AtomicBool>,
) -> Result<Option<Arc<Register>>, Error> {
    registers.of(database, sides.locality_id, sides.on, cancelled)
}

/// A preview of the sides.
pub fn preview<'a>(
    register: &'a Register,
    sides: &'a Sides,
    declared: &'a (dyn Fn(i64) -> Blanks + Sync),
) -> Preview<'a> {
    let [in_force, proposed] = [&sides.in_force, &sides.proposed].map(|rules| Side { rules, declared });
    Preview::of(&register.people, in_force, proposed).holding(&sides.held)
}

impl Worked {
    pub fn of(register: &Register, sides: &Sides, cancelled: &AtomicBool) -> Result<Worked, Cancelled> {
        let declared = |practice| sides.declared.of(practice);
        Worked::by(&preview(register, sides, &declared), register, sides, cancelled)
    }

    /// The same of some people alone.
    pub fn among(
        register: &Register,
        sides: &Sides,
        theirs: &Theirs,
        cancelled: &AtomicBool,
    ) -> Result<Worked, Cancelled> {
        let declared = |practice| sides.declared.of(practice);
        let preview = preview(register, sides, &declared);
        let preview = preview.among(&|practice, person| theirs.has(practice, person));
        Worked::by(&preview, register, sides, cancelled)
    }

    fn by(
        preview: &Preview<'_>,
        register: &Register,
        sides: &Sides,
        cancelled: &AtomicBool,
    ) -> Result<Worked, Cancelled> {
        let placements = preview.placements(cancelled)?;
        let cases = preview.cases(cancelled)?;
        let drafted = sides.drafted.clone();
        Ok(Worked { on: sides.on, register: register.number, placements, cases, drafted })
    }
}

impl Closer {
    pub fn of(
        register: &Register,
        sides: &Sides,
        criterion: &Expression,
        cancelled: &AtomicBool,
    ) -> Result<Closer, Cancelled> {
        let declared = |practice| sides.declared.of(practice);
        let proposed = Side { rules: &sides.proposed, declared: &declared };
        Ok(Closer {
            overlaps: overlaps(&register.people, proposed, cancelled)?,
            attrition: attrition(&register.people, proposed, criterion, cancelled)?,
        })
    }
}
