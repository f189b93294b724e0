-- Who of an organisation sees to a petition; the commissioner's is the petition's own column.
CREATE TABLE petition_assignments (
  petition_id BIGINT NOT NULL REFERENCES petitions (id),
  organisation_id BIGINT NOT NULL REFERENCES organisations (id),
  user_id BIGINT NOT NULL REFERENCES users (id),
  PRIMARY KEY (petition_id, organisation_id)
);
CREATE INDEX petition_assignments_by_organisation ON petition_assignments (organisation_id, user_id);
CREATE INDEX petition_drafters_by_user ON petition_drafters (user_id);

-- Nothing has been kept in these two yet.
DROP TABLE saved_views;
CREATE TABLE saved_views (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  reference TEXT NOT NULL UNIQUE,
  user_id BIGINT NOT NULL REFERENCES users (id),
  organisation_id BIGINT NOT NULL REFERENCES organisations (id),
  role TEXT NOT NULL,
  -- For everybody in the role at the organisation.
  shared BOOLEAN NOT NULL,
  area TEXT NOT NULL CHECK (area IN ('petitions')),
  name TEXT NOT NULL,
  query TEXT NOT NULL,
  is_home BOOLEAN NOT NULL,
  created_at TIMESTAMP NOT NULL,
  -- It can be brought back for a while.
  deleted_at TIMESTAMP
);
CREATE INDEX saved_views_by_organisation ON saved_views (organisation_id, area, role);

DROP TABLE absences;
-- Somebody is away, and a colleague in the same role sees to what is theirs.
CREATE TABLE absences (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  reference TEXT NOT NULL UNIQUE,
  user_id BIGINT NOT NULL REFERENCES users (id),
  organisation_id BIGINT NOT NULL REFERENCES organisations (id),
  role TEXT NOT NULL,
  from_on DATE NOT NULL,
  to_on DATE NOT NULL,
  cover_id BIGINT NOT NULL REFERENCES users (id),
  -- The first day on which it is over, where that came before its last day.
  ended_on DATE,
  noted_at TIMESTAMP NOT NULL
);
CREATE INDEX absences_by_organisation ON absences (organisation_id, to_on);
