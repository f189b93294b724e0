-- Somebody gave petitions to a colleague at one time, which can be undone for a while.
CREATE TABLE assignings (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  reference TEXT NOT NULL UNIQUE,
  user_id BIGINT NOT NULL REFERENCES users (id),
  organisation_id BIGINT NOT NULL REFERENCES organisations (id),
  role TEXT NOT NULL,
  -- To whom; NULL is nobody.
  to_id BIGINT REFERENCES users (id),
  at TIMESTAMP NOT NULL,
  undone_at TIMESTAMP
);

-- What became of each petition that was chosen.
CREATE TABLE assigned_petitions (
  assigning_id BIGINT NOT NULL REFERENCES assignings (id),
  petition TEXT NOT NULL,
  -- Who had it before.
  was_id BIGINT REFERENCES users (id),
  -- The petition's version then.
  version BIGINT NOT NULL,
  -- Why it was left out; blank where it was given.
  left_out TEXT NOT NULL,
  undone BOOLEAN NOT NULL,
  -- Why it was not undone; blank where it was, or nobody asked.
  kept TEXT NOT NULL,
  PRIMARY KEY (assigning_id, petition)
);
CREATE INDEX assigned_petitions_by_petition ON assigned_petitions (petition, assigning_id);
