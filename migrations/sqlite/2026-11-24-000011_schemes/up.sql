-- The versions of a locality's grouping scheme; one that has none has the shipped scheme.
CREATE TABLE scheme_versions (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  locality_id BIGINT NOT NULL REFERENCES localities (id),
  number BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft', 'proposed', 'approved', 'in_force', 'superseded', 'withdrawn', 'returned')),
  text TEXT NOT NULL,
  text_hash TEXT NOT NULL,
  in_force_from DATE,
  proposal_id BIGINT REFERENCES proposals (id),
  created_by BIGINT REFERENCES users (id),
  who TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  UNIQUE (locality_id, number)
);
CREATE INDEX scheme_versions_by_proposal ON scheme_versions (proposal_id);
