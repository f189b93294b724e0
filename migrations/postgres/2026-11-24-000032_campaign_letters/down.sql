DELETE FROM outgoing_mail WHERE invitation IS NOT NULL;
DROP INDEX outgoing_mail_by_invitation;
ALTER TABLE outgoing_mail DROP COLUMN invitation;
ALTER TABLE outgoing_mail ALTER COLUMN to_user_id SET NOT NULL;
ALTER TABLE outgoing_mail DROP CONSTRAINT outgoing_mail_state_check;
ALTER TABLE outgoing_mail ADD CONSTRAINT outgoing_mail_state_check
  CHECK (state IN ('waiting', 'sending', 'sent', 'written', 'failed'));
DROP TABLE ltc6_opt_outs;
DROP TABLE campaign_rounds;
