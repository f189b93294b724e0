//! Uploading a file: streamed to disk, checked by a job, never held in memory.

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::{HttpResponse, web};
use anyhow::Context;
use futures_util::StreamExt;

use super::list::list_with;
use crate::access::Imports;
use crate::clock::Now;
use crate::database::Database;
use crate::error::Error;
use crate::imports::hashing::kept;
use crate::imports::kind::Kind;
use crate::imports::lines::Limits;
use crate::imports::rights;
use crate::imports::store::{self, NewImport};
use crate::imports::uploads::{self, Incoming};
use crate::jobs::{self, Tools};
use crate::once::once;
use crate::page::typed::is_unseen;
use crate::page::{Mistakes, see_other};

/// The fields of the form beside the file.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    pub kind: String,
    /// Whether the file is said to be the whole register of its practices.
    pub whole: bool,
    key: String,
    file_name: String,
}

const UNREADABLE: Error =
    Error::Unreadable("The form did not arrive whole. Go back, choose the file again and send it.");

pub async fn upload(
    Imports(who): Imports,
    database: web::Data<Database>,
    tools: web::Data<Tools>,
    now: Now,
    form: Multipart,
) -> Result<HttpResponse, Error> {
    let (typed, incoming) = receive(&tools, form).await?;
    let mut mistakes = Mistakes::new();
    let kind = check(&typed, incoming.as_ref(), rights::kinds_of(who.role()), &mut mistakes);
    let (Some(kind), Some(incoming), true) = (kind, incoming, mistakes.is_empty()) else {
        return list_with(&who, &database, now, typed, mistakes).await;
    };
    let reference = store::new_reference();
    let new = NewImport {
        kind,
        file_name: typed.file_name,
        file_bytes: i64::try_from(incoming.bytes()).context("counting bytes")?,
        file_hash: kept(kind, &tools.keys, incoming.hash()),
        as_of: now.today,
        whole_register: typed.whole,
    };
    incoming.keep(&tools.folder, &reference)?;
    let (key, added) = (typed.key, reference.clone());
    let outcome = database
        .write(move |conn| {
            once(conn, now.moment, who.user_id, &key, |conn| {
                store::add(conn, now.moment, &who.actor, &added, &new)?;
                jobs::add(conn, now.moment, &who.actor, jobs::Kind::ImportCheck, &added)?;
                Ok(format!("/imports/{added}"))
            })
        })
        .await;
    // A second send of the same form, or a failure: this copy of the file is of no import.
    if !outcome.as_ref().is_ok_and(|to| to.ends_with(&reference)) {
        uploads::delete(&tools.folder, &reference)?;
    }
    Ok(see_other(outcome?))
}

fn check(typed: &Typed, file: Option<&Incoming>, ours: &[Kind], mistakes: &mut Mistakes) -> Option<Kind> {
    let kind = Kind::from_word(&typed.kind).filter(|kind| ours.contains(kind));
    if kind.is_none() {
        mistakes.add("kind", "Choose what the file holds");
    }
    if typed.whole && kind.is_some_and(|kind| kind != Kind::People) {
        mistakes.add("whole", "Only a file of people can be a whole register: take the tick away");
    }
    match file {
        None => mistakes.add("file", "Choose a CSV file"),
        Some(file) if file.bytes() > Limits::default().bytes => {
            mistakes.add(
                "file",
                "The file is larger than 2 GB. Split it into several files, each with the header line",
            );
        }
        Some(_) => {}
    }
    kind
}

/// Reads the form as it arrives; what is over the limit is not kept on disk.
async fn receive(tools: &web::Data<Tools>, mut form: Multipart) -> Result<(Typed, Option<Incoming>), Error> {
    let (mut typed, mut incoming) = (Typed::default(), None);
    while let Some(field) = form.next().await {
        let field = field.map_err(unreadable)?;
        match field.name().unwrap_or_default() {
            "kind" => typed.kind = text(field).await?,
            "whole" => typed.whole = text(field).await? == "yes",
            "key" => typed.key = text(field).await?,
            "file" => {
                typed.file_name = file_name(&field);
                incoming =
                    save(tools, field).await?.filter(|file| file.bytes() > 0 || !typed.file_name.is_empty());
            }
            _ => {}
        }
    }
    Ok((typed, incoming))
}

async fn text(mut field: Field) -> Result<String, Error> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.next().await {
        bytes.extend_from_slice(&chunk.map_err(unreadable)?);
        if bytes.len() > 200 {
            return Err(UNREADABLE);
        }
    }
    String::from_utf8(bytes).map_err(|_| UNREADABLE)
}

/// The name a browser gives the file, without folders; it is shown, and never used on disk.
fn file_name(field: &Field) -> String {
    let given =
        field.content_disposition().and_then(|disposition| disposition.get_filename()).unwrap_or_default();
    let name = given.rsplit(['/', '\\']).next().unwrap_or_default();
    name.chars().filter(|sign| !is_unseen(*sign)).take(200).collect()
}

async fn save(tools: &web::Data<Tools>, mut field: Field) -> Result<Option<Incoming>, Error> {
    let folder = tools.folder.clone();
    let mut incoming = on_disk(move || Incoming::begin(&folder)).await?;
    let mut gathered = Vec::new();
    while let Some(chunk) = field.next().await {
        gathered.extend_from_slice(&chunk.map_err(unreadable)?);
        if incoming.bytes() > Limits::default().bytes {
            return Ok(Some(incoming));
        }
        if gathered.len() >= 1 << 20 {
            incoming = add(incoming, std::mem::take(&mut gathered)).await?;
        }
    }
    add(incoming, gathered).await.map(Some)
}

async fn add(mut incoming: Incoming, bytes: Vec<u8>) -> Result<Incoming, Error> {
    on_disk(move || incoming.add(&bytes).map(|()| incoming)).await
}

async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
) -> Result<T, Error> {
    Ok(web::block(work).await.context("waiting for the disk")??)
}

fn unreadable(error: MultipartError) -> Error {
    tracing::info!("an upload did not arrive whole: {error}");
    UNREADABLE
}
