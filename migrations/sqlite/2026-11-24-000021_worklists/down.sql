DROP INDEX petition_drafters_by_user;
DROP TABLE petition_assignments;
DROP TABLE saved_views;
CREATE TABLE saved_views (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  user_id BIGINT NOT NULL REFERENCES users (id),
  organisation_id BIGINT NOT NULL REFERENCES organisations (id),
  role TEXT NOT NULL,
  shared BOOLEAN NOT NULL,
  area TEXT NOT NULL CHECK (area IN ('petitions')),
  name TEXT NOT NULL,
  query TEXT NOT NULL,
  is_home BOOLEAN NOT NULL,
  created_at TIMESTAMP NOT NULL
);
CREATE INDEX saved_views_by_organisation ON saved_views (organisation_id, area, role);
DROP TABLE absences;
CREATE TABLE absences (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  user_id BIGINT NOT NULL REFERENCES users (id),
  organisation_id BIGINT NOT NULL REFERENCES organisations (id),
  from_on DATE NOT NULL,
  to_on DATE NOT NULL,
  cover_id BIGINT NOT NULL REFERENCES users (id),
  ended_on DATE,
  noted_at TIMESTAMP NOT NULL
);
CREATE INDEX absences_by_organisation ON absences (organisation_id, to_on);
