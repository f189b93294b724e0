//! Sends what waits in the outbox, each letter once; what failed stays there with its reason.

use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::Context;
use lettre::message::{Mailbox, MultiPart};
use lettre::{Message, SmtpTransport, Transport};

use super::store::{self, Mail, State};
use super::{About, Written};
use crate::error::Error;
use crate::jobs::Tools;
use crate::ltc6::campaigns::letters::mails::{Prepared, prepare};

/// How letters leave: by SMTP, or as files where no SMTP server is named.
#[derive(Clone)]
pub enum Post {
    Smtp { transport: SmtpTransport, from: Mailbox },
    Files { folder: PathBuf, from: Mailbox },
}

impl Post {
    /// `smtp_url`: `smtp://user:password@host:port` or `smtps://…`; without one, `.eml` files go to `folder`.
    pub fn new(smtp_url: Option<&str>, from: &str, folder: &Path) -> anyhow::Result<Post> {
        let from: Mailbox = from.parse().context("the sender's address of mails is no e-mail address")?;
        match smtp_url {
            Some(url) => {
                let transport = SmtpTransport::from_url(url)
                    .context("the SMTP server's address cannot be read")?
                    .timeout(Some(std::time::Duration::from_secs(20)))
                    .build();
                Ok(Post::Smtp { transport, from })
            }
            None => Ok(Post::Files { folder: folder.to_owned(), from }),
        }
    }

    fn from(&self) -> &Mailbox {
        match self {
            Post::Smtp { from, .. } | Post::Files { from, .. } => from,
        }
    }

    fn deliver(&self, reference: &str, message: &Message) -> anyhow::Result<State> {
        match self {
            Post::Smtp { transport, .. } => {
                transport.send(message)?;
                Ok(State::Sent)
            }
            Post::Files { folder, .. } => {
                std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
                let file = folder.join(format!("{reference}.eml"));
                let mut opened = std::fs::OpenOptions::new()
                    .create(true)
                    .truncate(true)
                    .write(true)
                    .mode(0o600)
                    .open(file)?;
                opened.write_all(&message.formatted())?;
                Ok(State::Written)
            }
        }
    }
}

/// Sends all letters that wait; how many left.
pub fn send_waiting(tools: &Tools) -> Result<usize, Error> {
    let mut left = 0;
    loop {
        let now = tools.clock.now().moment;
        if tools.database.read_now(|conn| store::count(conn, &[State::Waiting, State::Sending]))? == 0 {
            return Ok(left);
        }
        let Some(mail) = tools.database.write_now(|conn| store::claim(conn, now))? else { return Ok(left) };
        let (state, failure) = match send(tools, &mail) {
            Ok(state) => (state, None),
            Err(error) => {
                tracing::warn!(mail = mail.reference, "a letter could not be sent");
                (State::Failed, Some(format!("{error:#}")))
            }
        };
        left += usize::from(failure.is_none());
        let now = tools.clock.now().moment;
        tools.database.write_now(|conn| store::ended(conn, now, mail.id, state, failure.as_deref()))?;
    }
}

fn send(tools: &Tools, mail: &Mail) -> anyhow::Result<State> {
    if let Some(invitation) = &mail.invitation {
        let Some(Prepared { to, written, link }) = prepare(tools, invitation, mail.letter)? else {
            return Ok(State::Dropped);
        };
        return leave(tools, &mail.reference, &to, &written, &link);
    }
    let now = tools.clock.now().moment;
    let link = match mail.letter.link_hours() {
        Some(hours) => {
            let letter = (mail.letter, hours);
            let user_id = mail.to_user_id.context("a link is for a user")?;
            let token =
                tools.database.write_now(|conn| store::make_link(conn, &tools.keys, now, user_id, letter))?;
            format!("{}/set-password/{token}", tools.base_url)
        }
        None => format!("{}{}", tools.base_url, About::read(&mail.about)?.path),
    };
    let to = mail.to_email.as_deref().context("a letter without a recipient")?;
    let written = mail.letter.write(&mail.reference, &mail.about, &link)?;
    leave(tools, &mail.reference, to, &written, &link)
}

fn leave(tools: &Tools, reference: &str, to: &str, written: &Written, link: &str) -> anyhow::Result<State> {
    let message = Message::builder()
        .from(tools.post.from().clone())
        .to(Mailbox::new(None, to.parse().context("the recipient's address")?))
        .subject(&written.subject)
        .multipart(MultiPart::alternative_plain_html(written.text.clone(), written.html(link)?))
        .context("putting the letter together")?;
    tools.post.deliver(reference, &message)
}
