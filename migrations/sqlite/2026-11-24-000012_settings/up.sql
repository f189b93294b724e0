-- Settings that differ from their defaults.
CREATE TABLE settings (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1
);

CREATE TABLE settings_changes (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  name TEXT NOT NULL,
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  reason TEXT NOT NULL,
  changed_by BIGINT REFERENCES users (id),
  who TEXT NOT NULL,
  changed_at TIMESTAMP NOT NULL
);
CREATE INDEX settings_changes_by_name ON settings_changes (name, id);

-- Whose blanks of a fact are read as no (setting people.blank_is_no); without a practice, those of the whole locality.
CREATE TABLE declared_complete (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  fact TEXT NOT NULL,
  locality_id BIGINT NOT NULL REFERENCES localities (id),
  practice_id BIGINT REFERENCES organisations (id)
);
CREATE UNIQUE INDEX declared_complete_once ON declared_complete (fact, locality_id, COALESCE(practice_id, 0));
