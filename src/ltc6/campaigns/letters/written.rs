//! What a letter says, and how it looks on A4 with its address in the window of a DL envelope.

use anyhow::Context;
use askama::Template;
use chrono::NaiveDate;
use qrcode::QrCode;
use qrcode::render::svg;

use super::{link, short_address};
use crate::ltc6::campaign::Campaign;
use crate::ltc6::code::Code;
use crate::page::filters;

/// The most lines of the window, the name among them.
const LINES: usize = 6;

/// Somebody a letter goes to.
#[derive(Clone, Debug)]
pub struct Recipient {
    /// Blank where the register has none.
    pub name: String,
    /// As the register has it: lines split by a vertical bar.
    pub address: String,
    pub postcode: String,
    pub large_print: bool,
    /// By which a letter that comes back is noted.
    pub reference: String,
    pub code: Code,
}

impl Recipient {
    /// The lines of the address, without the name: what is too much for the window joins the last line but one.
    pub fn lines(&self) -> Vec<String> {
        let parts = self.address.split('|').chain([self.postcode.as_str()]);
        let mut lines: Vec<String> =
            parts.map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
        while lines.len() > LINES - 1 {
            let last = lines.remove(lines.len() - 2);
            let place = lines.len() - 2;
            lines[place] = format!("{}, {last}", lines[place]);
        }
        lines
    }
}

/// What all letters of a round have in common.
#[derive(Clone, Debug)]
pub struct Common {
    pub campaign: Campaign,
    /// How many people are asked.
    pub asked: i64,
    pub is_reminder: bool,
    pub today: NaiveDate,
    /// What links start with.
    pub base_url: String,
}

/// Everything before the first letter.
#[derive(Template)]
#[template(path = "ltc6/campaigns/letters-head.html")]
pub struct Head<'a> {
    pub campaign: &'a Campaign,
}

/// Everything after the last.
pub const FOOT: &str = "</body>\n</html>\n";

#[derive(Template)]
#[template(path = "ltc6/campaigns/letter.html")]
struct Letter<'a> {
    common: &'a Common,
    campaign: &'a Campaign,
    to: &'a Recipient,
    lines: Vec<String>,
    short_address: String,
    /// An `svg` element.
    qr: String,
}

/// One letter as a section of the page set.
pub fn letter(common: &Common, to: &Recipient) -> anyhow::Result<String> {
    let letter = Letter {
        common,
        campaign: &common.campaign,
        to,
        lines: to.lines(),
        short_address: short_address(&common.base_url),
        qr: qr(&link(&common.base_url, &to.code))?,
    };
    letter.render().context("writing a letter")
}

/// A QR code as an `svg` element.
pub fn qr(text: &str) -> anyhow::Result<String> {
    let code = QrCode::new(text.as_bytes()).context("making a QR code")?;
    let drawn = code.render::<svg::Color<'_>>().min_dimensions(160, 160).build();
    let start = drawn.find("<svg").context("a QR code is drawn")?;
    Ok(drawn[start..].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ann(address: &str) -> Recipient {
        Recipient {
            name: "Ann Sample".into(),
            address: address.into(),
            postcode: "EX1 1MP".into(),
            large_print: false,
            reference: "R-0000-0000-0000".into(),
            code: Code::read("7K3F9-2QD4J").ok().unwrap(),
        }
    }

    #[test]
    fn an_address_keeps_within_the_window_and_ends_with_the_postcode() {
        assert_eq!(ann("1 Sample Street| |Town").lines(), ["1 Sample Street", "Town", "EX1 1MP"]);
        let long = ann("Flat 2|The House|1 Sample Street|Village|Town|County").lines();
        assert_eq!(long, ["Flat 2", "The House", "1 Sample Street", "Village, Town, County", "EX1 1MP"]);
    }

    #[test]
    fn the_qr_code_is_one_element_and_no_file() {
        let drawn = qr("https://ground.example.org/ltc6/7K3F92QD4J").unwrap();
        assert!(drawn.starts_with("<svg") && drawn.trim_end().ends_with("</svg>") && drawn.contains("<path"));
    }
}
