//! `/admin/settings`: each setting with its value, its default, what it changes, and who changed it last.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;

use super::declared;
use super::setting::{Key, Number, Setting};
use super::store::{Change, Values, history, last_changes};
use crate::access::Administrator;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::page::{Chrome, filters, show, thousands};

/// How many changes the page lists.
const MOST: i64 = 50;

#[derive(Template)]
#[template(path = "settings/settings.html")]
struct SettingsPage {
    chrome: Chrome,
    values: Values,
    declared: usize,
    last: HashMap<String, Change>,
    history: Vec<Change>,
}

impl SettingsPage {
    fn value(&self, setting: &Setting) -> String {
        match setting.number() {
            Some(Number { unit, .. }) => format!("{} {unit}", thousands(self.values.of(*setting))),
            None if self.declared == 0 => "None".into(),
            None if self.declared == 1 => "1 declaration".into(),
            None => format!("{} declarations", self.declared),
        }
    }

    fn default(&self, setting: &Setting) -> String {
        let number = setting.number();
        number
            .map_or_else(|| "None".into(), |number| format!("{} {}", thousands(number.default), number.unit))
    }

    fn label(&self, name: &str) -> String {
        Key::read(name).map_or_else(|| name.to_owned(), |key| key.label())
    }

    fn last(&self, setting: &Setting) -> Option<&Change> {
        self.last.get(setting.word())
    }
}

pub async fn settings(
    Administrator(who): Administrator,
    database: web::Data<Database>,
) -> Result<HttpResponse, Error> {
    let chrome = who.chrome();
    let read = move |conn: &mut Conn| {
        Ok(SettingsPage {
            chrome,
            values: Values::read(conn)?,
            declared: declared::all(conn)?.len(),
            last: last_changes(conn)?,
            history: history(conn, None, MOST)?,
        })
    };
    show(&database.read(read).await?)
}
