//! Both engines have the same migrations, tables and columns.

use std::collections::BTreeMap;

use common_ground::database::Conn;
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::harness::{Engine, TestPortal};

fn names(folder: &str) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn the_same_migrations_stand_in_both_folders() {
    assert_eq!(names("migrations/sqlite"), names("migrations/postgres"));
    for folder in names("migrations/sqlite") {
        assert_eq!(names(&format!("migrations/sqlite/{folder}")), ["down.sql", "up.sql"]);
    }
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    kind: String,
}

/// Table → column → kind and whether it may be null, in words both engines share.
fn columns(portal: &TestPortal) -> BTreeMap<String, BTreeMap<String, String>> {
    let sqlite = "SELECT m.name AS table_name, c.name AS column_name,
         CASE c.type WHEN 'INTEGER' THEN 'BIGINT' WHEN 'BLOB' THEN 'BYTEA' ELSE c.type END || CASE c.\"notnull\" WHEN 1 THEN ' NOT NULL' ELSE '' END AS kind
         FROM sqlite_master m JOIN pragma_table_info(m.name) c
         WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\'";
    let postgres = "SELECT table_name::text, column_name::text,
         (CASE data_type WHEN 'timestamp without time zone' THEN 'TIMESTAMP' ELSE upper(data_type) END
         || CASE is_nullable WHEN 'NO' THEN ' NOT NULL' ELSE '' END) AS kind
         FROM information_schema.columns WHERE table_schema = current_schema() AND table_name NOT LIKE '\\_\\_%'";
    let rows: Vec<Column> = portal.read(|conn| {
        Ok(match conn {
            Conn::Sqlite(inner) => diesel::sql_query(sqlite).load(inner)?,
            Conn::Postgres(inner) => diesel::sql_query(postgres).load(inner)?,
        })
    });
    let mut tables: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for Column { table_name, column_name, kind } in rows {
        tables.entry(table_name).or_default().insert(column_name, kind);
    }
    tables
}

#[actix_web::test]
async fn the_tables_of_both_engines_agree() {
    let sqlite = columns(&TestPortal::new(Engine::Sqlite));
    let postgres = columns(&TestPortal::new(Engine::Postgres));
    assert!(sqlite.len() > 25, "the query finds the tables");
    assert_eq!(sqlite, postgres);
}

/// Tables and columns of src/schema.rs, read as text.
#[actix_web::test]
async fn the_schema_the_queries_are_checked_against_is_the_migrations() {
    let text = std::fs::read_to_string("src/schema.rs").unwrap();
    let mut written: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut table = String::new();
    for line in text.lines().map(str::trim) {
        if let Some((name, _)) = line.split_once(" (").filter(|(_, rest)| rest.ends_with(") {")) {
            table = name.to_owned();
        } else if let Some((column, _)) = line.split_once(" -> ").filter(|(_, rest)| rest.ends_with(',')) {
            written.entry(table.clone()).or_default().push(column.to_owned());
        }
    }
    for columns in written.values_mut() {
        columns.sort();
    }
    let made = columns(&TestPortal::new(Engine::Sqlite));
    let made: BTreeMap<String, Vec<String>> =
        made.into_iter().map(|(table, columns)| (table, columns.into_keys().collect())).collect();
    assert_eq!(written, made);
}
