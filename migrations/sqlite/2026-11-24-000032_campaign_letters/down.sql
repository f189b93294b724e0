DELETE FROM outgoing_mail WHERE invitation IS NOT NULL;
CREATE TABLE outgoing_mail_old (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  reference TEXT NOT NULL UNIQUE,
  to_user_id BIGINT NOT NULL REFERENCES users (id),
  letter TEXT NOT NULL,
  about TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'written', 'failed')),
  tries BIGINT NOT NULL DEFAULT 0,
  claimed_until TIMESTAMP,
  failure TEXT,
  created_at TIMESTAMP NOT NULL,
  ended_at TIMESTAMP,
  version BIGINT NOT NULL DEFAULT 1
);
INSERT INTO outgoing_mail_old (id, reference, to_user_id, letter, about, state, tries, claimed_until, failure, created_at,
  ended_at, version)
SELECT id, reference, to_user_id, letter, about, state, tries, claimed_until, failure, created_at, ended_at, version
FROM outgoing_mail;
DROP TABLE outgoing_mail;
ALTER TABLE outgoing_mail_old RENAME TO outgoing_mail;
CREATE INDEX outgoing_mail_by_state ON outgoing_mail (state, id);
DROP TABLE ltc6_opt_outs;
DROP TABLE campaign_rounds;
