//! A campaign's form as typed, and what it becomes.

use serde::{Deserialize, Serialize};

use super::checked::{Checked, Sampling};
use super::words::Seen;
use crate::ltc6::campaign::Delivery;
use crate::page::typed::{required, required_day, text};
use crate::page::{Difference, Mistakes, TypedDate, long_day};
use crate::runs::store::Locality;

/// The most people of one level that are asked.
pub const MOST: i64 = 20_000;
/// The most days a campaign lasts.
const LONGEST: i64 = 366;
/// How many in a hundred answer, where nothing else is said.
pub const USUAL_RATE: u64 = 40;

/// The form as typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct CampaignForm {
    pub key: String,
    pub version: String,
    /// `width`: work the widths out and save nothing.
    pub act: String,
    pub code: String,
    pub name: String,
    pub locality: String,
    pub network: String,
    pub opens_on_day: String,
    pub opens_on_month: String,
    pub opens_on_year: String,
    pub closes_on_day: String,
    pub closes_on_month: String,
    pub closes_on_year: String,
    pub delivery: String,
    pub run_by: String,
    pub about: String,
    pub help_name: String,
    pub help_phone: String,
    pub return_address: String,
    pub want_low: String,
    pub want_medium: String,
    pub want_high: String,
    pub want_none: String,
    pub invites_palliative: String,
    pub rate: String,
}

/// What the form may choose from.
#[derive(Clone, Debug, Default)]
pub struct Offers {
    pub localities: Vec<Locality>,
    /// Locality and row id, code and name of each network that cares for people there.
    pub networks: Vec<(i64, i64, String, String)>,
}

impl CampaignForm {
    /// A stored campaign in the form's fields.
    pub fn of(seen: &Seen) -> CampaignForm {
        let campaign = &seen.campaign;
        let (opens, closes) = (TypedDate::of(campaign.opens_on), TypedDate::of(campaign.closes_on));
        CampaignForm {
            key: String::new(),
            version: campaign.version.to_string(),
            act: String::new(),
            code: campaign.code.clone(),
            name: campaign.name.clone(),
            locality: seen.locality.code.clone(),
            network: seen.network.as_ref().map(|(code, _)| code.clone()).unwrap_or_default(),
            opens_on_day: opens.day,
            opens_on_month: opens.month,
            opens_on_year: opens.year,
            closes_on_day: closes.day,
            closes_on_month: closes.month,
            closes_on_year: closes.year,
            delivery: campaign.delivery.word().to_owned(),
            run_by: campaign.run_by.clone(),
            about: campaign.about.clone(),
            help_name: campaign.help_name.clone(),
            help_phone: campaign.help_phone.clone(),
            return_address: campaign.return_address.clone(),
            want_low: campaign.want_low.to_string(),
            want_medium: campaign.want_medium.to_string(),
            want_high: campaign.want_high.to_string(),
            want_none: campaign.want_none.to_string(),
            invites_palliative: if campaign.invites_palliative { "yes" } else { "" }.to_owned(),
            rate: USUAL_RATE.to_string(),
        }
    }

    pub fn opens_on(&self) -> TypedDate {
        TypedDate::new(&self.opens_on_day, &self.opens_on_month, &self.opens_on_year)
    }

    pub fn closes_on(&self) -> TypedDate {
        TypedDate::new(&self.closes_on_day, &self.closes_on_month, &self.closes_on_year)
    }

    /// So many in a hundred are expected to answer; the usual where what was typed is no such number.
    pub fn rate(&self) -> u64 {
        rate(&self.rate)
    }

    /// How many of low, medium, high and not recorded, as far as they can be read.
    pub fn wants(&self) -> [i64; 4] {
        [&self.want_low, &self.want_medium, &self.want_high, &self.want_none]
            .map(|typed| want(typed).unwrap_or(0))
    }

    /// The campaign this describes; `drawn` is the stored one whose sample is drawn, which then keeps what it was drawn by.
    pub fn check(&self, offers: &Offers, drawn: Option<&Seen>) -> Result<Checked, Mistakes> {
        let mut mistakes = Mistakes::new();
        let code = mistakes.note("code", code(&self.code));
        let name = mistakes.note("name", required("Name", &self.name, 120));
        let sampling = match drawn {
            Some(seen) => Some((seen.campaign.locality_id, Sampling::kept(&seen.campaign))),
            None => self.check_sampling(offers, &mut mistakes),
        };
        let opens_on = mistakes.note("opens_on", required_day("Opening date", &self.opens_on()));
        let closes_on = mistakes.note("closes_on", required_day("Closing date", &self.closes_on()));
        if let (Some(opens_on), Some(closes_on)) = (opens_on, closes_on) {
            match (closes_on - opens_on).num_days() {
                ..=0 => {
                    mistakes.add("closes_on", format!("Closing date must be after {}", long_day(opens_on)))
                }
                LONGEST.. => {
                    mistakes.add("closes_on", "Closing date must be within a year of the opening date")
                }
                _ => {}
            }
        }
        let run_by = mistakes.note("run_by", required_or_blank("Who runs it", &self.run_by, 120));
        let about = mistakes.note("about", text("What it is about", &self.about, 1_000));
        let help_name = mistakes.note("help_name", required_or_blank("Help contact", &self.help_name, 120));
        let help_phone = mistakes.note("help_phone", required_or_blank("Telephone", &self.help_phone, 40));
        let return_address =
            mistakes.note("return_address", text("Return address", &self.return_address, 300));
        let texts = (run_by, about, help_name, help_phone, return_address);
        match (code, name, sampling, opens_on, closes_on, texts, mistakes.is_empty()) {
            (
                Some(code),
                Some(name),
                Some((locality_id, sampling)),
                Some(opens_on),
                Some(closes_on),
                (Some(run_by), Some(about), Some(help_name), Some(help_phone), Some(return_address)),
                true,
            ) => Ok(Checked {
                code,
                name,
                locality_id,
                network_id: sampling.network_id,
                opens_on,
                closes_on,
                delivery: sampling.delivery,
                run_by,
                about,
                help_name,
                help_phone,
                return_address,
                wants: [sampling.want_low, sampling.want_medium, sampling.want_high, sampling.want_none],
                invites_palliative: sampling.invites_palliative,
            }),
            _ => Err(mistakes),
        }
    }

    /// What the sample is drawn by, with the locality.
    fn check_sampling(&self, offers: &Offers, mistakes: &mut Mistakes) -> Option<(i64, Sampling)> {
        let locality = offers.localities.iter().find(|locality| locality.code == self.locality);
        let locality = mistakes.note("locality", locality.ok_or("Choose a locality"))?.id;
        let network_id = match self.network.as_str() {
            "" => Some(None),
            code => {
                let here = offers.networks.iter().find(|(place, _, of, _)| *place == locality && of == code);
                let network = here.map(|(_, id, ..)| Some(*id));
                mistakes.note(
                    "network",
                    network.ok_or("Choose a network that has a care agreement in this locality"),
                )
            }
        };
        let delivery = mistakes
            .note("delivery", Delivery::from_word(&self.delivery).ok_or("Choose how people are asked"));
        let typed = [
            ("want_low", &self.want_low),
            ("want_medium", &self.want_medium),
            ("want_high", &self.want_high),
            ("want_none", &self.want_none),
        ];
        let wants: Vec<i64> =
            typed.into_iter().filter_map(|(field, typed)| mistakes.note(field, want(typed))).collect();
        let [want_low, want_medium, want_high, want_none] = wants[..] else { return None };
        if wants.iter().sum::<i64>() == 0 {
            mistakes.add("want_low", "Enter how many people of at least one level are asked");
        }
        let invites_palliative = self.invites_palliative == "yes";
        let (network_id, delivery) = (network_id?, delivery?);
        let sampling = Sampling {
            network_id,
            delivery,
            want_low,
            want_medium,
            want_high,
            want_none,
            invites_palliative,
        };
        Some((locality, sampling))
    }

    /// What differs between this form and the campaign as somebody else has saved it.
    pub fn against(&self, theirs: &Seen) -> Vec<Difference> {
        let other = CampaignForm::of(theirs);
        let day = |typed: TypedDate| match typed.check("") {
            Ok(Some(day)) => long_day(day),
            _ => format!("{} {} {}", typed.day, typed.month, typed.year).trim().to_owned(),
        };
        let pairs = [
            ("Code", &self.code, &other.code),
            ("Name", &self.name, &other.name),
            ("Locality", &self.locality, &other.locality),
            ("Provider network", &self.network, &other.network),
            ("Delivery", &self.delivery, &other.delivery),
            ("Who runs it", &self.run_by, &other.run_by),
            ("What it is about", &self.about, &other.about),
            ("Help contact", &self.help_name, &other.help_name),
            ("Telephone", &self.help_phone, &other.help_phone),
            ("Return address", &self.return_address, &other.return_address),
            ("Low need", &self.want_low, &other.want_low),
            ("Medium need", &self.want_medium, &other.want_medium),
            ("High need", &self.want_high, &other.want_high),
            ("Level not recorded", &self.want_none, &other.want_none),
            ("People receiving palliative care", &self.invites_palliative, &other.invites_palliative),
        ];
        let mut all: Vec<Difference> =
            pairs.into_iter().map(|(label, mine, theirs)| Difference::new(label, mine, theirs)).collect();
        all.insert(2, Difference::new("Opens", day(self.opens_on()), day(other.opens_on())));
        all.insert(3, Difference::new("Closes", day(self.closes_on()), day(other.closes_on())));
        all
    }
}

/// So many in a hundred, from 1 to 100; the usual where it is none.
pub fn rate(typed: &str) -> u64 {
    let typed = typed.trim().trim_end_matches('%').trim_end();
    typed.parse().ok().filter(|rate| (1..=100).contains(rate)).unwrap_or(USUAL_RATE)
}

/// As paper returns and files name the campaign.
fn code(typed: &str) -> Result<String, String> {
    let code = required("Code", typed, 20)?.to_uppercase();
    match code.chars().all(|sign| sign.is_ascii_alphanumeric() || sign == '-') {
        true => Ok(code),
        false => Err("Code must have letters, digits and dashes only, for example C2026".into()),
    }
}

/// A line that may be blank until the campaign opens.
fn required_or_blank(what: &str, typed: &str, longest: usize) -> Result<String, String> {
    match typed.trim() {
        "" => Ok(String::new()),
        typed => required(what, typed, longest),
    }
}

/// So many people; blank is nobody.
fn want(typed: &str) -> Result<i64, String> {
    let plain = typed.trim().replace(',', "");
    let number = if plain.is_empty() { Some(0) } else { plain.parse().ok() };
    number
        .filter(|number| (0..=MOST).contains(number))
        .ok_or_else(|| "Enter a whole number from 0 to 20,000".to_owned())
}
