//! Corrections: a fact of one person as somebody who knows has said it, beside the register until the register says the
//! same, or something else.

mod correction;
mod store;

pub use correction::{Correctable, Fate, Value, fate};
pub use store::{
    Beside, Correction, NewCorrection, Settled, Source, State, add, beside, fact_changes, note_change,
    of_people, register_value, settle,
};
