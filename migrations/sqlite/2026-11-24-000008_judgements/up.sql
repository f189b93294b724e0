-- What keeps a run from moving a person.
CREATE TABLE holds (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  person_id BIGINT NOT NULL REFERENCES people (id),
  locality_id BIGINT NOT NULL REFERENCES localities (id),
  group_code TEXT,
  cause TEXT NOT NULL CHECK (cause IN ('decision', 'petition')),
  reference TEXT NOT NULL UNIQUE,
  from_on DATE NOT NULL,
  review_on DATE NOT NULL,
  ended_on DATE,
  ended_why TEXT CHECK (ended_why IN ('ended', 'left'))
);
CREATE UNIQUE INDEX holds_one_a_person ON holds (person_id, locality_id) WHERE ended_on IS NULL;
CREATE INDEX holds_by_locality ON holds (locality_id, review_on) WHERE ended_on IS NULL;

CREATE TABLE decision_batches (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  reference TEXT NOT NULL UNIQUE,
  locality_id BIGINT NOT NULL REFERENCES localities (id),
  network_id BIGINT NOT NULL REFERENCES organisations (id),
  left_out TEXT NOT NULL,
  who TEXT NOT NULL,
  recorded_at TIMESTAMP NOT NULL
);

CREATE TABLE decisions (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  reference TEXT NOT NULL UNIQUE,
  person_id BIGINT NOT NULL REFERENCES people (id),
  locality_id BIGINT NOT NULL REFERENCES localities (id),
  run_id BIGINT NOT NULL REFERENCES runs (id),
  kind TEXT NOT NULL CHECK (kind IN ('in_group', 'not_in_group', 'ending')),
  group_code TEXT,
  facts TEXT NOT NULL,
  could_be TEXT NOT NULL,
  reason TEXT NOT NULL,
  network_id BIGINT NOT NULL REFERENCES organisations (id),
  decided_by BIGINT REFERENCES users (id),
  who TEXT NOT NULL,
  decided_on DATE NOT NULL,
  recorded_at TIMESTAMP NOT NULL,
  review_on DATE,
  batch TEXT,
  ends TEXT
);
CREATE INDEX decisions_by_person ON decisions (person_id, id);
CREATE INDEX decisions_by_locality ON decisions (locality_id, id);
CREATE INDEX decisions_by_batch ON decisions (batch) WHERE batch IS NOT NULL;

CREATE TABLE questions (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  reference TEXT NOT NULL UNIQUE,
  person_id BIGINT NOT NULL REFERENCES people (id),
  locality_id BIGINT NOT NULL REFERENCES localities (id),
  practice_id BIGINT NOT NULL REFERENCES organisations (id),
  network_id BIGINT NOT NULL REFERENCES organisations (id),
  fact TEXT NOT NULL,
  reason TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('asked', 'answered', 'withdrawn')),
  asked_by BIGINT REFERENCES users (id),
  asked_who TEXT NOT NULL,
  asked_on DATE NOT NULL,
  asked_at TIMESTAMP NOT NULL,
  answer TEXT,
  answered_who TEXT,
  answered_on DATE,
  withdrawn_why TEXT CHECK (withdrawn_why IN ('decided', 'register', 'run', 'left')),
  withdrawn_on DATE,
  version BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX questions_once ON questions (person_id, fact) WHERE state = 'asked';
CREATE INDEX questions_by_person ON questions (person_id, id);
CREATE INDEX questions_by_locality ON questions (locality_id, state, id);

-- What stands beside the register: a fact of a person as somebody who knows has said it.
CREATE TABLE corrections (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  person_id BIGINT NOT NULL REFERENCES people (id),
  fact TEXT NOT NULL,
  register_value TEXT,
  corrected TEXT NOT NULL,
  source TEXT NOT NULL CHECK (source IN ('answer', 'petition')),
  reference TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('standing', 'confirmed', 'ended')),
  noted_on DATE NOT NULL,
  from_register BIGINT NOT NULL,
  until_register BIGINT NOT NULL,
  ended_value TEXT,
  ended_on DATE
);
CREATE UNIQUE INDEX corrections_one_a_fact ON corrections (person_id, fact) WHERE state = 'standing';
CREATE INDEX corrections_by_register ON corrections (until_register, person_id);

-- Grows with every change of what facts are read as, beside the register.
CREATE TABLE fact_changes (
  id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
  number BIGINT NOT NULL
);
INSERT INTO fact_changes (id, number) VALUES (1, 0);

-- Judgement cases that a register or an answer has settled.
CREATE TABLE retired_cases (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  person_id BIGINT NOT NULL REFERENCES people (id),
  locality_id BIGINT NOT NULL REFERENCES localities (id),
  run_id BIGINT NOT NULL REFERENCES runs (id),
  practice_id BIGINT NOT NULL REFERENCES organisations (id),
  facts TEXT NOT NULL,
  could_be TEXT NOT NULL,
  question TEXT,
  retired_on DATE NOT NULL,
  from_register BIGINT NOT NULL,
  until_register BIGINT NOT NULL
);
CREATE INDEX retired_cases_by_locality ON retired_cases (locality_id, id);
CREATE INDEX retired_cases_by_person ON retired_cases (person_id, run_id);
CREATE INDEX retired_cases_by_register ON retired_cases (from_register);

-- Placements as they stood before somebody changed one between two runs.
CREATE TABLE former_placements (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  run_id BIGINT NOT NULL REFERENCES runs (id),
  person_id BIGINT NOT NULL REFERENCES people (id),
  group_code TEXT,
  out_of_scope BOOLEAN NOT NULL,
  provisional BOOLEAN NOT NULL,
  supplementary_care BOOLEAN,
  reason_number BIGINT NOT NULL,
  source TEXT NOT NULL,
  until_on DATE NOT NULL
);
CREATE INDEX former_placements_by_run ON former_placements (run_id, id);

-- What a placement rests on.
ALTER TABLE placements ADD COLUMN source TEXT NOT NULL DEFAULT 'run' CHECK (source IN ('run', 'petition', 'decision'));
