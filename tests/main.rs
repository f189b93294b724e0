//! The tests that start no browser; a file a slice.

mod demo;
