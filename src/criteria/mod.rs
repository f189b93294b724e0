//! Criteria: who belongs to a group. The language, its plain-English reading, and its answer for a person in three values.

pub mod agreement;
pub mod answer;
pub mod asked;
pub mod attainable;
pub mod blocks;
pub mod builder;
pub mod check;
pub mod command;
pub mod compare;
pub mod conditions;
pub mod diagram;
pub mod drafting;
pub mod explain;
pub mod expression;
pub mod facts;
mod flags;
mod form;
pub mod kleene;
pub mod mistake;
pub mod outline;
pub mod overtaken;
pub mod parser;
pub mod phrases;
pub mod preview_pages;
pub mod reading;
pub mod seen;
pub mod store;
pub mod tokens;
pub mod warnings;
mod words;

#[cfg(test)]
pub mod arbitrary;
#[cfg(test)]
mod laws;

use actix_web::web;

pub fn routes(config: &mut web::ServiceConfig) {
    config.configure(drafting::routes).configure(preview_pages::routes).configure(agreement::routes);
}
