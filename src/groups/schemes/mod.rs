//! The schemes that localities agree: their versions, how one is changed, and which stands where and when.

pub mod edit;
pub mod store;
