UPDATE proposals
SET decided_by = withdrawn_by, decided_who = withdrawn_who, decided_at = withdrawn_at,
  decision_reason = withdrawal_reason
WHERE state = 'withdrawn' AND withdrawn_at IS NOT NULL;
ALTER TABLE proposals DROP COLUMN withdrawal_reason;
ALTER TABLE proposals DROP COLUMN withdrawn_from;
ALTER TABLE proposals DROP COLUMN withdrawn_at;
ALTER TABLE proposals DROP COLUMN withdrawn_who;
ALTER TABLE proposals DROP COLUMN withdrawn_by;
