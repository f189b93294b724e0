-- A questionnaire to people of one locality, or to those of it whom one provider network cares for.
CREATE TABLE campaigns (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  reference TEXT NOT NULL UNIQUE,
  -- What paper returns call it.
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  locality_id BIGINT NOT NULL REFERENCES localities (id),
  network_id BIGINT REFERENCES organisations (id),
  state TEXT NOT NULL CHECK (state IN ('draft', 'open', 'closed', 'counted', 'cancelled')),
  opens_on DATE NOT NULL,
  -- The last day on which a code works.
  closes_on DATE NOT NULL,
  delivery TEXT NOT NULL CHECK (delivery IN ('letter', 'email', 'preferred')),
  run_by TEXT NOT NULL,
  about TEXT NOT NULL,
  help_name TEXT NOT NULL,
  help_phone TEXT NOT NULL,
  return_address TEXT NOT NULL,
  want_low BIGINT NOT NULL,
  want_medium BIGINT NOT NULL,
  want_high BIGINT NOT NULL,
  want_none BIGINT NOT NULL,
  invites_palliative BOOLEAN NOT NULL,
  -- What the sample was drawn with; the sample is frozen from then on.
  seed TEXT,
  drawn_on DATE,
  -- What answers are sealed with, and the server that holds what opens them.
  public_key TEXT,
  counted_by TEXT,
  key_destroyed BOOLEAN NOT NULL,
  -- How the aim was read when the campaign was counted.
  aim_reading TEXT CHECK (aim_reading IN ('both', 'strict', 'wide')),
  threshold BIGINT,
  created_by BIGINT NOT NULL REFERENCES users (id),
  created_at TIMESTAMP NOT NULL,
  version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX campaigns_by_locality ON campaigns (locality_id, closes_on);
CREATE INDEX campaigns_by_state ON campaigns (state);

-- Counts of a drawn sample, a row a level of need.
CREATE TABLE campaign_strata (
  campaign_id BIGINT NOT NULL REFERENCES campaigns (id),
  level TEXT NOT NULL CHECK (level IN ('low', 'medium', 'high', 'none')),
  eligible BIGINT NOT NULL,
  sampled BIGINT NOT NULL,
  PRIMARY KEY (campaign_id, level)
);

-- Why people of the locality could not be drawn, counted when the sample was.
CREATE TABLE campaign_exclusions (
  campaign_id BIGINT NOT NULL REFERENCES campaigns (id),
  reason TEXT NOT NULL,
  people BIGINT NOT NULL,
  PRIMARY KEY (campaign_id, reason)
);

-- Who was drawn. Answering writes nothing here; keys are random, so the order of rows says nothing.
CREATE TABLE ltc6_invitations (
  key TEXT NOT NULL PRIMARY KEY,
  campaign_id BIGINT NOT NULL REFERENCES campaigns (id),
  person_id BIGINT NOT NULL REFERENCES people (id),
  level TEXT NOT NULL CHECK (level IN ('low', 'medium', 'high', 'none')),
  by_email BOOLEAN NOT NULL,
  -- 0 before the first letter, then one more for it and each reminder.
  letters BIGINT NOT NULL,
  undeliverable BOOLEAN NOT NULL,
  -- Died, left or opted out since: neither reminded nor admitted.
  dropped BOOLEAN NOT NULL,
  UNIQUE (campaign_id, person_id)
) WITHOUT ROWID;
CREATE INDEX ltc6_invitations_by_person ON ltc6_invitations (person_id);

-- Keyed hashes of codes, never a code.
CREATE TABLE ltc6_codes (
  hash TEXT NOT NULL PRIMARY KEY,
  invitation TEXT NOT NULL REFERENCES ltc6_invitations (key)
) WITHOUT ROWID;
CREATE INDEX ltc6_codes_by_invitation ON ltc6_codes (invitation);

-- Whose code was used: a code works while its invitation is not here. Written anew, shuffled, before boxes are opened.
-- No foreign keys from here on: PostgreSQL would note in the invitation's own row which transaction looked at it.
CREATE TABLE ltc6_turnout (
  invitation TEXT NOT NULL PRIMARY KEY
) WITHOUT ROWID;

-- Answers sealed with the campaign's public key, all of one length.
CREATE TABLE ltc6_box (
  campaign_id BIGINT NOT NULL,
  level TEXT NOT NULL CHECK (level IN ('low', 'medium', 'high', 'none')),
  key TEXT NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (campaign_id, level, key)
) WITHOUT ROWID;

-- Opened answers, in shuffled batches: a random key, no time, no order. Level is blank where too few shared it.
CREATE TABLE ltc6_responses (
  campaign_id BIGINT NOT NULL,
  key TEXT NOT NULL,
  level TEXT CHECK (level IN ('low', 'medium', 'high', 'none')),
  respondent TEXT CHECK (respondent IN ('person', 'carer')),
  q1 TEXT CHECK (q1 IN ('0', '1', '2', '3', 'M')),
  q2 TEXT CHECK (q2 IN ('0', '1', '2', '3', 'M')),
  q3 TEXT CHECK (q3 IN ('0', '1', '2', '3', 'M')),
  q4 TEXT CHECK (q4 IN ('0', '1', '2', '3', 'M')),
  q5 TEXT CHECK (q5 IN ('0', '1', '2', '3', 'M')),
  q6 TEXT CHECK (q6 IN ('0', '1', '2', '3', 'M')),
  -- Whether something was written in words too, which stands apart.
  wrote BOOLEAN NOT NULL,
  PRIMARY KEY (campaign_id, key)
) WITHOUT ROWID;

-- What was written in words, tied to no other answer; read by a moderator before anybody else.
CREATE TABLE ltc6_comments (
  campaign_id BIGINT NOT NULL,
  key TEXT NOT NULL,
  question TEXT NOT NULL CHECK (question IN ('improve', 'confidence')),
  text TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'shown', 'withheld')),
  theme TEXT,
  version BIGINT NOT NULL,
  PRIMARY KEY (campaign_id, key)
) WITHOUT ROWID;

-- Well-formed codes that do not exist, tried from an address, by the minute. A right code leaves no row.
CREATE TABLE ltc6_tries (
  tried_from TEXT NOT NULL,
  minute BIGINT NOT NULL,
  tries BIGINT NOT NULL,
  PRIMARY KEY (tried_from, minute)
) WITHOUT ROWID;
INSERT INTO ltc6_tries (tried_from, minute, tries) VALUES ('', 0, 0);
