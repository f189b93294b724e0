-- One or more versions that are proposed, answered and approved together.
CREATE TABLE proposals (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  reference TEXT NOT NULL UNIQUE,
  locality_id BIGINT NOT NULL REFERENCES localities (id),
  state TEXT NOT NULL CHECK (state IN ('draft', 'proposed', 'approved', 'in_force', 'withdrawn', 'returned')),
  title TEXT NOT NULL,
  reason TEXT NOT NULL,
  equality_note TEXT NOT NULL,
  takes_force_on DATE,
  answer_by DATE,
  -- What the answers are bound to: the text's hash, or that of all groups and their texts' hashes.
  hash TEXT NOT NULL,
  proposed_by BIGINT REFERENCES users (id),
  proposed_who TEXT NOT NULL,
  proposed_at TIMESTAMP,
  decided_by BIGINT REFERENCES users (id),
  decided_who TEXT NOT NULL,
  decided_at TIMESTAMP,
  decision_reason TEXT NOT NULL,
  -- What the preview told at approval, as it was; empty before.
  impact TEXT NOT NULL,
  -- The proposal whose answers this one made void.
  replaces_id BIGINT REFERENCES proposals (id),
  created_by BIGINT REFERENCES users (id),
  who TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX proposals_by_locality ON proposals (locality_id, state, id);

ALTER TABLE criteria_versions ADD COLUMN proposal_id BIGINT REFERENCES proposals (id);
-- What a draft was made from; none is from nothing or a file.
ALTER TABLE criteria_versions ADD COLUMN made_from_id BIGINT REFERENCES criteria_versions (id);
CREATE INDEX criteria_versions_by_proposal ON criteria_versions (proposal_id);

-- The provider networks asked about a proposal, each with the answer it gave.
CREATE TABLE proposal_asks (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  proposal_id BIGINT NOT NULL REFERENCES proposals (id),
  network_id BIGINT NOT NULL REFERENCES organisations (id),
  asked_at TIMESTAMP NOT NULL,
  reminded_at TIMESTAMP,
  answer TEXT CHECK (answer IN ('agree', 'request_change')),
  comment TEXT NOT NULL,
  hash TEXT NOT NULL,
  answered_by BIGINT REFERENCES users (id),
  answered_who TEXT NOT NULL,
  answered_at TIMESTAMP,
  version BIGINT NOT NULL DEFAULT 1,
  UNIQUE (proposal_id, network_id)
);
CREATE INDEX proposal_asks_by_network ON proposal_asks (network_id, proposal_id);

-- Comments of networks, lay partners and commissioners on a version or one condition of it, and replies.
CREATE TABLE proposal_comments (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  proposal_id BIGINT NOT NULL REFERENCES proposals (id),
  version_id BIGINT REFERENCES criteria_versions (id),
  -- The condition's text; empty is the whole.
  condition TEXT NOT NULL,
  reply_to_id BIGINT REFERENCES proposal_comments (id),
  organisation_id BIGINT NOT NULL REFERENCES organisations (id),
  role TEXT NOT NULL,
  written_by BIGINT NOT NULL REFERENCES users (id),
  who TEXT NOT NULL,
  text TEXT NOT NULL,
  at TIMESTAMP NOT NULL
);
CREATE INDEX proposal_comments_by_proposal ON proposal_comments (proposal_id, id);

-- What was typed into a draft, save by save, whether it could be read or not.
CREATE TABLE draft_revisions (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  version_id BIGINT NOT NULL REFERENCES criteria_versions (id),
  typed TEXT NOT NULL,
  -- Whether it is an expression; the draft's text is the last that is.
  reads BOOLEAN NOT NULL,
  who TEXT NOT NULL,
  saved_by BIGINT REFERENCES users (id),
  at TIMESTAMP NOT NULL
);
CREATE INDEX draft_revisions_by_version ON draft_revisions (version_id, id);
