//! Where somebody is in the questionnaire: their code and answers so far, sealed in their own browser's cookies.

use actix_web::cookie::{Cookie, CookieJar, Key, SameSite};
use actix_web::{HttpRequest, HttpResponse, web};
use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::app::PublicUrl;
use crate::error::Error;
use crate::keys::{Keys, random_token};
use crate::ltc6::answers::Fields;
use crate::ltc6::code::Code;

/// What the browser keeps; no row of ours does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    code: String,
    pub answers: Fields,
    /// One for each time the questionnaire is begun: the same one sent twice is counted once.
    pub form: String,
}

/// Cookies one after another: a browser keeps no more than 4,096 bytes in one.
const COOKIES: usize = 4;
/// Bytes in each before sealing.
const IN_ONE: usize = 2_700;

impl Place {
    /// The beginning, with a code that was found good.
    pub fn begin(code: &Code) -> Place {
        Place { code: code.plain().to_owned(), answers: Fields::default(), form: random_token() }
    }

    /// The same place with other answers.
    pub fn with(self, answers: Fields) -> Place {
        Place { answers, ..self }
    }

    pub fn code(&self) -> Option<Code> {
        Code::read(&self.code).ok()
    }

    /// Reads what the browser sends back; none where there is nothing, or it was not sealed here.
    pub fn of(request: &HttpRequest) -> Option<Place> {
        let key = key(request)?;
        let mut jar = CookieJar::new();
        for cookie in request.cookies().ok()?.iter().filter(|cookie| cookie.name().starts_with(NAME)) {
            jar.add_original(cookie.clone().into_owned());
        }
        let opened = jar.private(&key);
        let parts = (0..COOKIES).map_while(|at| opened.get(&name(at)));
        let text: String = parts.map(|cookie| cookie.value().to_owned()).collect();
        serde_json::from_str(&text).ok()
    }

    /// Puts the place into an answer's cookies.
    ///
    /// # Errors
    /// Where it is longer than the cookies hold: the texts are checked before.
    pub fn keep(&self, request: &HttpRequest, response: &mut HttpResponse) -> Result<(), Error> {
        let text = serde_json::to_string(self).context("writing a place")?;
        let parts = pieces(&text);
        if parts.len() > COOKIES {
            return Err(Error::Unreadable("What was written is too long. Go back and write less."));
        }
        let key = key(request).context("every application holds its keys")?;
        let mut jar = CookieJar::new();
        for (at, part) in parts.iter().enumerate() {
            jar.private_mut(&key).add(cookie(request, name(at), (*part).to_owned()));
        }
        let sealed: Vec<Cookie<'static>> = jar.iter().cloned().collect();
        for cookie in sealed {
            response.add_cookie(&cookie).context("setting a cookie")?;
        }
        for at in parts.len()..COOKIES {
            forget(request, response, at)?;
        }
        Ok(())
    }

    /// Leaves nothing on the device.
    pub fn clear(request: &HttpRequest, response: &mut HttpResponse) -> Result<(), Error> {
        (0..COOKIES).try_for_each(|at| forget(request, response, at))
    }
}

const NAME: &str = "ltc6-place";

fn name(at: usize) -> String {
    format!("{NAME}-{at}")
}

fn key(request: &HttpRequest) -> Option<Key> {
    let keys = request.app_data::<web::Data<Keys>>()?;
    Some(Key::derive_from(keys.hash("ltc6 cookies", "").as_bytes()))
}

fn cookie(request: &HttpRequest, name: String, value: String) -> Cookie<'static> {
    let url = request.app_data::<web::Data<PublicUrl>>().and_then(|url| url.0.clone());
    let secure = url.is_some_and(|url| url.starts_with("https:"));
    Cookie::build(name, value).path("/ltc6").http_only(true).same_site(SameSite::Lax).secure(secure).finish()
}

fn forget(request: &HttpRequest, response: &mut HttpResponse, at: usize) -> Result<(), Error> {
    if request.cookie(&name(at)).is_some() {
        let mut gone = cookie(request, name(at), String::new());
        gone.make_removal();
        response.add_cookie(&gone).context("removing a cookie")?;
    }
    Ok(())
}

/// A text in pieces of at most [`IN_ONE`] bytes, cut between characters.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let mut at = rest.len().min(IN_ONE);
        while !rest.is_char_boundary(at) {
            at -= 1;
        }
        let (piece, after) = rest.split_at(at);
        pieces.push(piece);
        rest = after;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_answers_fit_into_the_cookies() {
        let text = "\u{05d0}".repeat(1_000);
        let answers = Fields { improve_text: text.clone(), confidence_text: text, ..Fields::default() };
        let place = Place { answers, ..Place::begin(&Code::fresh()) };
        let written = serde_json::to_string(&place).unwrap();
        let pieces = pieces(&written);
        assert!(pieces.len() <= COOKIES, "{}", pieces.len());
        assert!(pieces.iter().all(|piece| piece.len() <= IN_ONE));
        assert_eq!(pieces.concat(), written);
    }
}
