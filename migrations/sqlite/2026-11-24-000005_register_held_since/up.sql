-- Since when the right to prepare the next register is held.
ALTER TABLE register_state ADD COLUMN held_since TIMESTAMP;
