//! What every page of the patient's way is made with: the words of their language, and where they are.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use anyhow::Context;
use askama::Template;

use super::place::Place;
use crate::assets;
use crate::clock::Clock;
use crate::database::Database;
use crate::error::Error;
use crate::keys::Keys;
use crate::ltc6::Ltc6;
use crate::ltc6::tickets::{self, Ticket};
use crate::ltc6::words::Words;
use crate::page::{Mistakes, show_as};

/// Somebody on their way through the questionnaire.
pub struct Patient {
    pub shell: Shell,
    /// None before a code was entered, or where the browser keeps no cookies.
    pub place: Option<Place>,
    pub request: HttpRequest,
}

/// What stands round each page.
#[derive(Clone)]
pub struct Shell {
    pub words: Arc<Words>,
    /// All languages, where there is more than one.
    pub languages: Vec<Arc<Words>>,
    /// Whether there is something to clear on this device.
    pub can_leave: bool,
    /// The page's address, for changing the language.
    here: String,
}

const LANGUAGE: &str = "ltc6-language";

impl Shell {
    pub fn say(&self, key: &str) -> &str {
        self.words.say(key)
    }

    pub fn asset(&self, name: &str) -> String {
        format!("{}/{name}", assets::BASE)
    }

    /// Where a language is chosen: pages that can be asked for again.
    pub fn offers_languages(&self) -> bool {
        self.languages.len() > 1 && matches!(self.here.as_str(), "/ltc6" | "/ltc6/about")
    }
}

impl Patient {
    /// What the code kept in the browser opens today.
    pub async fn ticket(&self) -> Result<Option<Ticket>, Error> {
        let Some(code) = self.place.as_ref().and_then(Place::code) else { return Ok(None) };
        let data = |what| format!("every application holds {what}");
        let database = self.request.app_data::<web::Data<Database>>().with_context(|| data("a database"))?;
        let keys = self.request.app_data::<web::Data<Keys>>().with_context(|| data("keys"))?.clone();
        let clock = self.request.app_data::<web::Data<Clock>>().with_context(|| data("a clock"))?;
        let today = clock.now().today;
        database.read(move |conn| tickets::ticket(conn, &keys, &code, today)).await
    }

    /// A page, with the language kept where it was just chosen.
    pub fn show(&self, status: StatusCode, page: &impl Template) -> Result<HttpResponse, Error> {
        let mut response = show_as(status, page)?;
        if self.request.query_string().starts_with("language=") {
            let chosen = Cookie::build(LANGUAGE, self.shell.words.language.clone())
                .path("/ltc6")
                .same_site(SameSite::Lax)
                .http_only(true)
                .finish();
            response.add_cookie(&chosen).context("setting a cookie")?;
        }
        Ok(response)
    }
}

impl FromRequest for Patient {
    type Error = Error;
    type Future = Ready<Result<Patient, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let ltc6 = request.app_data::<web::Data<Ltc6>>().expect("every application holds the questionnaire");
        let asked = request.query_string().strip_prefix("language=").map(str::to_owned);
        let kept = request.cookie(LANGUAGE).map(|cookie| cookie.value().to_owned());
        let place = Place::of(request);
        let shell = Shell {
            words: ltc6.languages.of(&asked.or(kept).unwrap_or_default()),
            languages: ltc6.languages.all().cloned().collect(),
            can_leave: place.is_some(),
            here: request.path().to_owned(),
        };
        ready(Ok(Patient { shell, place, request: request.clone() }))
    }
}

/// One of the choices of a question, as a radio button.
pub struct Choice<'a> {
    pub value: &'a str,
    pub label: &'a str,
    pub is_chosen: bool,
}

/// A question as it stands on a page.
pub struct Shown<'a> {
    pub field: &'static str,
    pub text: &'a str,
    /// None where it is answered in words.
    pub options: Vec<Choice<'a>>,
    pub typed: &'a str,
    pub error: Option<String>,
}

/// All eight, with what was chosen and what is wrong.
pub fn questions<'a>(
    words: &'a Words,
    answers: &'a crate::ltc6::answers::Fields,
    mistakes: &Mistakes,
) -> Vec<Shown<'a>> {
    const SCORES: [&str; 4] = ["0", "1", "2", "3"];
    const FIELDS: [&str; 6] = ["q1", "q2", "q3", "q4", "q5", "q6"];
    let instrument = words.instrument();
    let scored =
        instrument.scored.iter().zip(FIELDS).zip(answers.scores()).map(|((question, field), typed)| {
            let options = question.options.iter().zip(SCORES);
            let options = options.map(|(label, value)| Choice { value, label, is_chosen: typed == value });
            Shown { field, text: &question.text, options: options.collect(), typed, error: None }
        });
    let texts = [("improve_text", &answers.improve_text), ("confidence_text", &answers.confidence_text)];
    let written = instrument.free_text.iter().zip(texts).map(|(text, (field, typed))| Shown {
        field,
        text,
        options: Vec::new(),
        typed,
        error: mistakes.of(field).map(str::to_owned),
    });
    scored.chain(written).collect()
}

/// Most characters of a text typed online.
const MOST: usize = 1_000;
/// Most bytes: what the browser's cookies hold.
const MOST_BYTES: usize = 2_500;

/// What is wrong with the texts.
pub fn too_long(words: &Words, answers: &crate::ltc6::answers::Fields) -> Mistakes {
    let mut mistakes = Mistakes::new();
    for (field, text) in
        [("improve_text", &answers.improve_text), ("confidence_text", &answers.confidence_text)]
    {
        let written = text.replace("\r\n", "\n").chars().count();
        if written > MOST || text.len() > MOST_BYTES {
            mistakes.add(field, words.fill("text.long", &[("written", &written.to_string())]));
        }
    }
    mistakes
}
