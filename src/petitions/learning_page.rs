//! `/petitions/learning`: what approved petitions say of the criteria, for commissioners.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::learning::{Lesson, lessons};
use crate::access::Commissioner;
use crate::clock::Now;
use crate::database::{Conn, Database};
use crate::error::Error;
use crate::groups::schemes::store::Schemes;
use crate::page::{Chrome, filters, show};
use crate::people::person::capital;
use crate::people::scope::Scope;
use crate::runs::store::{Locality, locality_of};

#[derive(Template)]
#[template(path = "petitions/learning.html")]
struct LearningPage {
    chrome: Chrome,
    localities: Vec<(Locality, Vec<Lesson>)>,
    schemes: Schemes,
}

impl LearningPage {
    fn group(&self, locality: &Locality, code: Option<&str>) -> String {
        self.schemes.place(locality.id, code)
    }

    fn heading(&self, locality: &Locality, lesson: &Lesson) -> String {
        let from = self.group(locality, lesson.from_group.as_deref());
        capital(format!("{from} to {}", self.group(locality, Some(&lesson.to_group))))
    }
}

pub async fn learning(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    now: Now,
) -> Result<HttpResponse, Error> {
    let read = move |conn: &mut Conn| {
        let scope = Scope::of(conn, &who, now.today)?;
        let mut localities = Vec::new();
        for id in scope.localities {
            localities.push((locality_of(conn, id)?, lessons(conn, id)?));
        }
        Ok(LearningPage { chrome: who.chrome(), localities, schemes: scope.schemes })
    };
    show(&database.read(read).await?)
}
