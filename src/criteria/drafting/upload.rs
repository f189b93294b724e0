//! Drafts from a file that is uploaded.

use actix_multipart::{Field, Multipart};
use actix_session::Session;
use actix_web::{HttpResponse, web};
use futures_util::StreamExt;

use super::act::Sent;
use super::start::begin;
use crate::access::Commissioner;
use crate::clock::Now;
use crate::database::Database;
use crate::error::Error;

/// Every group's longest text, and some more.
const MOST_BYTES: usize = 1 << 20;

const UNREADABLE: Error =
    Error::Unreadable("The form did not arrive whole. Go back, choose the file again and send it.");

pub async fn add(
    Commissioner(who): Commissioner,
    database: web::Data<Database>,
    now: Now,
    session: Session,
    path: web::Path<(String, String)>,
    mut form: Multipart,
) -> Result<HttpResponse, Error> {
    let mut fields = vec![("from".to_owned(), "text".to_owned())];
    while let Some(field) = form.next().await {
        let field = field.map_err(|_| UNREADABLE)?;
        match field.name().unwrap_or_default() {
            "key" => fields.push(("key".into(), text(field, 200).await?)),
            "file" => fields.push(("text".into(), text(field, MOST_BYTES).await?)),
            _ => {}
        }
    }
    begin(who, &database, now, &session, path.into_inner(), Sent::new(fields)).await
}

async fn text(mut field: Field, at_most: usize) -> Result<String, Error> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.next().await {
        bytes.extend_from_slice(&chunk.map_err(|_| UNREADABLE)?);
        if bytes.len() > at_most {
            return Err(Error::Unreadable(
                "The file is larger than 1 MB. Criteria are short: check that it is the right one.",
            ));
        }
    }
    let text = String::from_utf8(bytes).map_err(|_| {
        Error::Unreadable("The file is not UTF-8. Save it as UTF-8 text, then choose it again.")
    })?;
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}
