//! People on the register.

pub mod nhs_number;
pub mod record;
pub mod register;
pub mod scope;
pub mod snapshot;
pub mod store;
