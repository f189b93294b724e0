-- Who took a proposal back, and why: beside who decided about it, which stays.
ALTER TABLE proposals ADD COLUMN withdrawn_by BIGINT REFERENCES users (id);
ALTER TABLE proposals ADD COLUMN withdrawn_who TEXT NOT NULL DEFAULT '';
ALTER TABLE proposals ADD COLUMN withdrawn_at TIMESTAMP;
-- The state it had before: what stood decided.
ALTER TABLE proposals ADD COLUMN withdrawn_from TEXT;
ALTER TABLE proposals ADD COLUMN withdrawal_reason TEXT NOT NULL DEFAULT '';
UPDATE proposals
SET withdrawn_by = decided_by, withdrawn_who = decided_who, withdrawn_at = decided_at,
  withdrawal_reason = decision_reason, decided_by = NULL, decided_who = '', decided_at = NULL, decision_reason = ''
WHERE state = 'withdrawn';
