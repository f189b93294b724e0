CREATE TABLE installation (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
);

CREATE TABLE localities (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  commissioner_code TEXT NOT NULL,
  population BIGINT,
  version BIGINT NOT NULL DEFAULT 1
);

CREATE TABLE organisations (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('commissioner', 'gp_network', 'practice', 'provider_network', 'provider')),
  commissioner_kind TEXT CHECK (commissioner_kind IN ('ccg', 'local_authority', 'nhs_england')),
  locality_id BIGINT REFERENCES localities (id),
  sector TEXT CHECK (sector IN ('acute', 'community', 'mental_health', 'social_care', 'third_sector', 'independent', 'primary_care', 'ambulance')),
  opened_on DATE NOT NULL,
  closed_on DATE,
  version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX organisations_by_kind ON organisations (kind, name_key, id);
CREATE INDEX organisations_by_locality ON organisations (locality_id, kind);

CREATE TABLE network_members (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  network_id BIGINT NOT NULL REFERENCES organisations (id),
  member_id BIGINT NOT NULL REFERENCES organisations (id),
  from_on DATE NOT NULL,
  to_on DATE,
  version BIGINT NOT NULL DEFAULT 1,
  UNIQUE (network_id, member_id, from_on)
);
CREATE INDEX network_members_by_member ON network_members (member_id);

CREATE TABLE care_agreements (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  network_id BIGINT NOT NULL REFERENCES organisations (id),
  locality_id BIGINT NOT NULL REFERENCES localities (id),
  group_code TEXT NOT NULL,
  from_on DATE NOT NULL,
  to_on DATE,
  version BIGINT NOT NULL DEFAULT 1,
  UNIQUE (network_id, locality_id, group_code, from_on)
);
CREATE INDEX care_agreements_by_locality ON care_agreements (locality_id, group_code);

CREATE TABLE sharing_agreements (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  reference TEXT NOT NULL UNIQUE,
  network_id BIGINT NOT NULL REFERENCES organisations (id),
  shared_with TEXT NOT NULL,
  purpose TEXT NOT NULL,
  from_on DATE NOT NULL,
  to_on DATE,
  version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX sharing_agreements_by_network ON sharing_agreements (network_id);

CREATE TABLE users (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  reference TEXT NOT NULL UNIQUE,
  email TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  password_hash TEXT,
  version BIGINT NOT NULL DEFAULT 1,
  created_at TIMESTAMP NOT NULL
);
CREATE INDEX users_by_name ON users (name_key, id);

CREATE TABLE memberships (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id BIGINT NOT NULL REFERENCES users (id),
  role TEXT NOT NULL CHECK (role IN ('administrator', 'commissioner', 'gp', 'practice_staff', 'network_manager', 'provider', 'coordinator', 'analyst', 'lay_partner', 'auditor', 'keyer')),
  organisation_id BIGINT REFERENCES organisations (id),
  from_on DATE NOT NULL,
  to_on DATE,
  version BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX memberships_once ON memberships (user_id, role, COALESCE(organisation_id, 0), from_on);
CREATE INDEX memberships_by_organisation ON memberships (organisation_id);

CREATE TABLE sessions (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key_hash TEXT NOT NULL UNIQUE,
  reference TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL,
  user_id BIGINT REFERENCES users (id),
  started_at TIMESTAMP NOT NULL,
  seen_at TIMESTAMP NOT NULL,
  expires_at TIMESTAMP NOT NULL,
  from_address TEXT NOT NULL,
  browser TEXT NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE password_links (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id BIGINT NOT NULL REFERENCES users (id),
  purpose TEXT NOT NULL CHECK (purpose IN ('invitation', 'reset')),
  token_hash TEXT NOT NULL UNIQUE,
  created_at TIMESTAMP NOT NULL,
  expires_at TIMESTAMP NOT NULL,
  used_at TIMESTAMP
);
CREATE INDEX password_links_by_user ON password_links (user_id);

CREATE TABLE failed_sign_ins (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email_key TEXT NOT NULL,
  tried_from TEXT NOT NULL,
  at TIMESTAMP NOT NULL
);
CREATE INDEX failed_sign_ins_by_source ON failed_sign_ins (tried_from, at);
CREATE INDEX failed_sign_ins_by_time ON failed_sign_ins (at);

CREATE TABLE used_keys (
  key_hash TEXT NOT NULL PRIMARY KEY,
  result TEXT NOT NULL,
  at TIMESTAMP NOT NULL
);
CREATE INDEX used_keys_by_time ON used_keys (at);

CREATE TABLE audit_entries (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at TIMESTAMP NOT NULL,
  user_id BIGINT,
  who TEXT NOT NULL,
  membership_id BIGINT,
  acting_as TEXT NOT NULL,
  role TEXT NOT NULL,
  verb TEXT NOT NULL,
  from_address TEXT NOT NULL,
  content TEXT,
  salt TEXT,
  digest TEXT NOT NULL
);
CREATE INDEX audit_entries_by_time ON audit_entries (at, id);
CREATE INDEX audit_entries_by_user ON audit_entries (user_id, id);

CREATE TABLE audit_subjects (
  entry_id BIGINT NOT NULL REFERENCES audit_entries (id),
  position BIGINT NOT NULL,
  kind TEXT NOT NULL,
  reference TEXT NOT NULL,
  PRIMARY KEY (entry_id, position)
);
CREATE INDEX audit_subjects_by_reference ON audit_subjects (kind, reference, entry_id);

CREATE TABLE outgoing_mail (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
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
CREATE INDEX outgoing_mail_by_state ON outgoing_mail (state, id);

CREATE TABLE jobs (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  reference TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  about TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'completed', 'failed', 'cancelled')),
  step TEXT NOT NULL,
  done BIGINT NOT NULL DEFAULT 0,
  total BIGINT NOT NULL DEFAULT 0,
  started_by BIGINT REFERENCES users (id),
  asked_as TEXT NOT NULL,
  holder TEXT,
  lease_until TIMESTAMP,
  cancel_asked BOOLEAN NOT NULL,
  message TEXT,
  created_at TIMESTAMP NOT NULL,
  ended_at TIMESTAMP
);
CREATE INDEX jobs_by_state ON jobs (state, id);
CREATE INDEX jobs_by_about ON jobs (kind, about);
