//! The worklist of petitions: whose a caller's petitions are, narrowed, counted, sorted and read in SQL, a page at a time.

pub mod asked;
pub mod chosen;
pub mod csv;
pub mod filters;
pub mod line;
pub mod matching;
mod page;
pub mod rows;
pub mod whose;

pub use csv::{petitions as list_csv, workbook as list_workbook};
pub use page::{mistaken, petitions as list};
