//! A scheme in words: what it changes, and what it says.

use askama::Template;

use super::edit::changes;
use super::pages::Shown;
use crate::groups::scheme::Scheme;

/// A scheme as a version's page sets it out.
#[derive(Template)]
#[template(path = "schemes/words.html")]
pub struct SchemeWords {
    shown: Shown,
    /// What it changes in the one before it; none where that is not asked.
    changes: Option<Vec<String>>,
}

impl SchemeWords {
    pub fn of(scheme: Scheme, before: Option<&Scheme>) -> SchemeWords {
        SchemeWords { changes: before.map(|before| changes(before, &scheme)), shown: Shown { scheme } }
    }
}
