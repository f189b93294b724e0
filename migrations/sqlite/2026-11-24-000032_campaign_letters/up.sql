-- Letters and mails of a campaign: round 1 asks, 2 and 3 remind. Of reminders only about how many, in tens: how many have
-- answered is not to be worked out from it.
CREATE TABLE campaign_rounds (
  campaign_id BIGINT NOT NULL REFERENCES campaigns (id),
  number BIGINT NOT NULL CHECK (number IN (1, 2, 3)),
  made_on DATE NOT NULL,
  letters BIGINT NOT NULL,
  emails BIGINT NOT NULL,
  -- How many times the letters were made; each time with fresh codes, for the same people.
  times BIGINT NOT NULL,
  PRIMARY KEY (campaign_id, number)
) WITHOUT ROWID;

-- People who said, by the return reference of a letter, that they want no questionnaire again; kept for ever, as those are
-- whose practice said so in the register.
CREATE TABLE ltc6_opt_outs (
  person_id BIGINT NOT NULL PRIMARY KEY REFERENCES people (id)
) WITHOUT ROWID;

-- A mail goes to a user, or to a person who was invited.
CREATE TABLE outgoing_mail_new (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  reference TEXT NOT NULL UNIQUE,
  to_user_id BIGINT REFERENCES users (id),
  letter TEXT NOT NULL,
  about TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'written', 'failed', 'dropped')),
  tries BIGINT NOT NULL DEFAULT 0,
  claimed_until TIMESTAMP,
  failure TEXT,
  created_at TIMESTAMP NOT NULL,
  ended_at TIMESTAMP,
  version BIGINT NOT NULL DEFAULT 1,
  invitation TEXT REFERENCES ltc6_invitations (key),
  CHECK ((to_user_id IS NULL) <> (invitation IS NULL))
);
INSERT INTO outgoing_mail_new (id, reference, to_user_id, letter, about, state, tries, claimed_until, failure, created_at,
  ended_at, version)
SELECT id, reference, to_user_id, letter, about, state, tries, claimed_until, failure, created_at, ended_at, version
FROM outgoing_mail;
DROP TABLE outgoing_mail;
ALTER TABLE outgoing_mail_new RENAME TO outgoing_mail;
CREATE INDEX outgoing_mail_by_state ON outgoing_mail (state, id);
CREATE INDEX outgoing_mail_by_invitation ON outgoing_mail (invitation);
