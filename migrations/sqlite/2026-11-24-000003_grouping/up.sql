CREATE TABLE criteria_versions (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  locality_id BIGINT NOT NULL REFERENCES localities (id),
  group_code TEXT NOT NULL,
  number BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft', 'proposed', 'approved', 'in_force', 'superseded', 'withdrawn', 'returned')),
  text TEXT NOT NULL,
  text_hash TEXT NOT NULL,
  in_force_from DATE,
  set_up_by_administrator BOOLEAN NOT NULL,
  reason TEXT NOT NULL,
  created_by BIGINT REFERENCES users (id),
  who TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  UNIQUE (locality_id, group_code, number)
);

CREATE TABLE runs (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  reference TEXT NOT NULL UNIQUE,
  locality_id BIGINT NOT NULL REFERENCES localities (id),
  as_of DATE NOT NULL,
  register BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('working', 'previewed', 'applying', 'applied', 'failed', 'cancelled')),
  previous_run_id BIGINT REFERENCES runs (id),
  summary TEXT NOT NULL,
  started_by BIGINT REFERENCES users (id),
  who TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  applied_at TIMESTAMP,
  version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX runs_by_locality ON runs (locality_id, state, id);

CREATE TABLE current_runs (
  locality_id BIGINT NOT NULL PRIMARY KEY REFERENCES localities (id),
  run_id BIGINT NOT NULL REFERENCES runs (id)
);

CREATE TABLE run_reasons (
  run_id BIGINT NOT NULL REFERENCES runs (id),
  number BIGINT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (run_id, number)
);

CREATE TABLE placements (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  run_id BIGINT NOT NULL REFERENCES runs (id),
  person_id BIGINT NOT NULL REFERENCES people (id),
  practice_id BIGINT NOT NULL REFERENCES organisations (id),
  group_code TEXT,
  out_of_scope BOOLEAN NOT NULL,
  provisional BOOLEAN NOT NULL,
  supplementary_care BOOLEAN,
  reason_number BIGINT NOT NULL
);
CREATE INDEX placements_by_group ON placements (run_id, group_code, person_id);
CREATE INDEX placements_by_person ON placements (person_id, run_id);

CREATE TABLE run_counts (
  run_id BIGINT NOT NULL REFERENCES runs (id),
  breakdown TEXT NOT NULL CHECK (breakdown IN ('practice', 'sex', 'age_band')),
  place TEXT NOT NULL,
  practice_id BIGINT NOT NULL REFERENCES organisations (id),
  value TEXT NOT NULL,
  people BIGINT NOT NULL,
  provisional BIGINT NOT NULL,
  supplementary BIGINT NOT NULL,
  cost_pence BIGINT NOT NULL,
  supplementary_cost_pence BIGINT NOT NULL,
  PRIMARY KEY (run_id, breakdown, place, practice_id, value)
);

CREATE TABLE movements (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  run_id BIGINT REFERENCES runs (id),
  person_id BIGINT NOT NULL REFERENCES people (id),
  locality_id BIGINT NOT NULL REFERENCES localities (id),
  from_group TEXT,
  to_group TEXT,
  effective_on DATE NOT NULL,
  cause TEXT NOT NULL CHECK (cause IN ('initial', 'rerun', 'criteria_change', 'petition', 'decision', 'joined', 'left', 'died', 'correction')),
  reference TEXT NOT NULL,
  recorded_at TIMESTAMP NOT NULL
);
CREATE INDEX movements_by_person ON movements (person_id, id);
CREATE INDEX movements_by_locality ON movements (locality_id, effective_on, id);
CREATE INDEX movements_by_run ON movements (run_id);
