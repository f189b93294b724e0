//! A reading of criteria as a page shows it: a sentence, or lists within lists.

use askama::Template;

use crate::criteria::reading::Reading;

/// One level of a reading.
#[derive(Template)]
#[template(path = "groups/reading.html")]
pub struct ReadingList<'a> {
    pub reading: &'a Reading,
}

impl ReadingList<'_> {
    fn below<'a>(&self, part: &'a Reading) -> ReadingList<'a> {
        ReadingList { reading: part }
    }
}
