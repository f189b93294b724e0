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
);

-- People who said, by the return reference of a letter, that they want no questionnaire again; kept for ever, as those are
-- whose practice said so in the register.
CREATE TABLE ltc6_opt_outs (
  person_id BIGINT NOT NULL PRIMARY KEY REFERENCES people (id)
);

-- A mail goes to a user, or to a person who was invited.
ALTER TABLE outgoing_mail ALTER COLUMN to_user_id DROP NOT NULL;
ALTER TABLE outgoing_mail DROP CONSTRAINT outgoing_mail_state_check;
ALTER TABLE outgoing_mail ADD CONSTRAINT outgoing_mail_state_check
  CHECK (state IN ('waiting', 'sending', 'sent', 'written', 'failed', 'dropped'));
ALTER TABLE outgoing_mail ADD COLUMN invitation TEXT REFERENCES ltc6_invitations (key);
ALTER TABLE outgoing_mail ADD CHECK ((to_user_id IS NULL) <> (invitation IS NULL));
CREATE INDEX outgoing_mail_by_invitation ON outgoing_mail (invitation);
