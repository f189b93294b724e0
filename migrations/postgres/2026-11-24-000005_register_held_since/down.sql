ALTER TABLE register_state DROP COLUMN held_since;
