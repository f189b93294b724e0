//! The LTC6 questionnaire: what patients say of their care, anonymous and voluntary.

pub mod answers;
pub mod ballot;
pub mod campaign;
pub mod code;
pub mod instrument;
