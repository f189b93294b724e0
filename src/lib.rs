pub mod assets;
pub mod csv_out;
pub mod demo;
pub mod people;
