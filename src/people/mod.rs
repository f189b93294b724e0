//! People on the register.

pub mod nhs_number;
pub mod register;
pub mod scope;
